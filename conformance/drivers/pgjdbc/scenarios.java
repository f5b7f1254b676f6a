import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.postgresql.PGConnection;
import org.postgresql.util.PGInterval;
import org.postgresql.util.PSQLException;

/** Plays the scenarios with pgjdbc and prints one JSON object for each. */
class Scenarios {
  interface Act {
    Object play(Connection connection) throws Exception;
  }

  static String env(String name) {
    return System.getenv("DOOR_" + name);
  }

  static Connection open(Map<String, String> options) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", env("USER"));
    properties.setProperty("password", env("PASSWORD"));
    properties.setProperty("sslmode", "verify-full");
    properties.setProperty("sslrootcert", env("AUTHORITY"));
    properties.setProperty("socketTimeout", "20");
    properties.putAll(options);
    return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + env("PORT") + "/" + env("DATABASE"), properties);
  }

  static void scenario(String name, Act act) {
    scenario(name, Map.of(), act);
  }

  static void scenario(String name, Map<String, String> options, Act act) {
    StringBuilder outcome = new StringBuilder("{");
    try (Connection connection = open(options)) {
      try {
        String value = json(act.play(connection));
        outcome.append("\"value\":").append(value);
      } catch (Exception error) {
        outcome.append("\"error\":").append(fault(error));
      }
      outcome.append(",\"alive\":");
      try (Statement statement = connection.createStatement()) {
        if (!connection.getAutoCommit()) connection.rollback();
        ResultSet one = statement.executeQuery("select 1");
        outcome.append(one.next() && one.getInt(1) == 1);
      } catch (SQLException error) {
        outcome.append(fault(error));
      }
    } catch (SQLException error) {
      if (outcome.length() == 1) outcome.append("\"connect\":").append(fault(error));
    }
    System.out.println("{\"scenario\":" + json(name) + ",\"outcome\":" + outcome + "}}");
  }

  static String fault(Exception error) {
    String state = error instanceof SQLException failure ? failure.getSQLState() : null;
    String text = error instanceof PSQLException failure && failure.getServerErrorMessage() != null
        ? failure.getServerErrorMessage().getMessage() : String.valueOf(error.getMessage()).replace(env("PORT"), "PORT");
    return "{\"sqlstate\":" + json(state) + ",\"text\":" + json(text) + "}";
  }

  static String attempt(Connection connection, Act act) {
    try {
      return json(act.play(connection));
    } catch (Exception error) {
      return fault(error);
    }
  }

  static String json(Object value) {
    if (value == null) return "null";
    if (value instanceof Integer || value instanceof Boolean) return value.toString();
    if (value instanceof Raw raw) return raw.text;
    if (value instanceof byte[] bytes) return json("bytes " + HexFormat.of().formatHex(bytes));
    if (value instanceof List<?> list) {
      List<String> parts = new ArrayList<>();
      for (Object one : list) parts.add(json(one));
      return "[" + String.join(",", parts) + "]";
    }
    if (value instanceof Array array) {
      try {
        return json("array " + java.util.Arrays.deepToString((Object[]) array.getArray()));
      } catch (SQLException error) {
        return fault(error);
      }
    }
    String text = value instanceof String ? (String) value : value.getClass().getSimpleName() + " " + value;
    StringBuilder out = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') out.append('\\').append(c);
      else if (c < ' ') out.append(String.format("\\u%04x", (int) c));
      else out.append(c);
    }
    return out.append('"').toString();
  }

  record Raw(String text) {}

  static List<Object> rows(ResultSet found) throws SQLException {
    ResultSetMetaData shape = found.getMetaData();
    List<Object> all = new ArrayList<>();
    while (found.next()) {
      List<Object> row = new ArrayList<>();
      for (int i = 1; i <= shape.getColumnCount(); i++) row.add(found.getObject(i));
      all.add(row);
    }
    return all;
  }

  static Act reading(String sql, Object... parameters) {
    return connection -> {
      if (parameters.length == 0) {
        try (Statement statement = connection.createStatement()) {
          return rows(statement.executeQuery(sql));
        }
      }
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        for (int i = 0; i < parameters.length; i++) statement.setObject(i + 1, parameters[i]);
        return rows(statement.executeQuery());
      }
    };
  }

  static final String TYPED = "select id, b, i2, i4, i8, f4, f8, num, t, v, c, ti, iv, u, by, j, jb, ip, ia, ta, r from typed order by id";

  public static void main(String[] arguments) {
    connecting();
    querying();
    preparing();
    changing();
    Metadata.describing();
    waiting();
    reachingPeople();
  }

  static void connecting() {
    scenario("connect.tls-verified", reading("select 1"));
    scenario("connect.tls-unverified", Map.of("sslmode", "require", "sslrootcert", ""), reading("select 1"));
    scenario("connect.plain", Map.of("sslmode", "disable"), reading("select 1"));
    scenario("connect.tls-direct", Map.of("sslNegotiation", "direct"), reading("select 1"));
    scenario("connect.wrong-password", Map.of("password", "wrong"), reading("select 1"));
    scenario("connect.application-name", Map.of("ApplicationName", "conformance"), reading("show application_name"));
    scenario("connect.current-schema", Map.of("currentSchema", "public"), reading("show search_path"));
    scenario("connect.options", Map.of("options", "-c statement_timeout=12345"), reading("show statement_timeout"));
    scenario("connect.read-only", Map.of("readOnly", "true"), connection -> {
      connection.setAutoCommit(false);
      return new Raw(attempt(connection, c -> c.createStatement().executeUpdate("delete from items")));
    });
    scenario("connect.is-valid", connection -> List.of(connection.isValid(3), connection.getCatalog() != null, connection.getSchema()));
    scenario("connect.client-info", connection -> {
      connection.setClientInfo("ApplicationName", "renamed");
      return "set";
    });
  }

  static void querying() {
    scenario("query.simple", reading("select id, label, amount from items order by id"));
    scenario("query.simple-protocol", Map.of("preferQueryMode", "simple"), reading("select id, label from items where id = ? order by id", 1));
    scenario("query.several-statements", connection -> {
      Statement statement = connection.createStatement();
      List<Object> answers = new ArrayList<>();
      boolean result = statement.execute("select 1; update items set amount = amount; select 'three'");
      while (result || statement.getUpdateCount() != -1) {
        answers.add(result ? rows(statement.getResultSet()) : (Object) statement.getUpdateCount());
        result = statement.getMoreResults();
      }
      return answers;
    });
    scenario("types.text", Map.of("binaryTransfer", "false"), reading(TYPED));
    scenario("types.dates", reading("select d, ts, tz from typed where id = 1"));
    scenario("types.dates-modern", connection -> {
      ResultSet found = connection.createStatement().executeQuery("select 'infinity'::date, '-infinity'::timestamptz, d, ts, tz from typed where id = 1");
      found.next();
      return List.of(found.getObject(1, LocalDate.class), found.getObject(2, OffsetDateTime.class), found.getObject(3, LocalDate.class), found.getObject(4, LocalDateTime.class), found.getObject(5, OffsetDateTime.class));
    });
    scenario("types.numbers", reading("select 'NaN'::float8, 1e-300::float8, 10::numeric ^ 60, -9223372036854775808"));
    scenario("types.enum-composite", reading("select id, m, p, n from moods order by id"));
    scenario("parameters", connection -> {
      PreparedStatement statement = connection.prepareStatement("select ?::int8, ?::numeric, ?::bool, ?::text, ?::bytea, ?::date, ?::timestamptz, ?::uuid, ?::int4[], ?::text, ?::float8, ?::interval");
      List<Object> answers = new ArrayList<>();
      for (int round = 0; round < 7; round++) {
        statement.setLong(1, 1L << 62);
        statement.setBigDecimal(2, new BigDecimal("1e-20"));
        statement.setBoolean(3, true);
        statement.setString(4, "é漢🙂'\"\\");
        statement.setBytes(5, new byte[] {0, -1});
        statement.setObject(6, LocalDate.of(2024, 2, 29));
        statement.setObject(7, OffsetDateTime.of(2024, 2, 29, 1, 2, 3, 4000, ZoneOffset.UTC));
        statement.setObject(8, new UUID(0, 7));
        statement.setArray(9, connection.createArrayOf("int4", new Integer[] {1, null, 3}));
        statement.setNull(10, Types.VARCHAR);
        statement.setDouble(11, 0.1);
        statement.setObject(12, new PGInterval("1 day 2 hours"));
        answers.addAll(rows(statement.executeQuery()));
      }
      return answers;
    });
    scenario("large.result", connection -> {
      ResultSet found = connection.createStatement().executeQuery("select repeat('x', 3000000)");
      found.next();
      return found.getString(1).length();
    });
    scenario("large.parameter", reading("select length(?::text)", "x".repeat(3_000_000)));
    scenario("large.many-rows", connection -> rows(connection.createStatement().executeQuery("select i, 'row ' || i from generate_series(1, 50000) i")).size());
    for (int size : new int[] {0, 10, 700}) {
      scenario("cursor.fetch-size-" + size, connection -> {
        connection.setAutoCommit(false);
        Statement statement = connection.createStatement();
        statement.setFetchSize(size);
        ResultSet found = statement.executeQuery("select id from big order by id");
        int sum = 0;
        while (found.next()) sum += found.getInt(1);
        return sum;
      });
    }
    scenario("cursor.two-at-once", connection -> {
      connection.setAutoCommit(false);
      PreparedStatement one = connection.prepareStatement("select id from big where id > ? order by id");
      PreparedStatement two = connection.prepareStatement("select -id from big where id > ? order by id");
      one.setFetchSize(5);
      two.setFetchSize(7);
      one.setInt(1, 0);
      two.setInt(1, 100);
      ResultSet first = one.executeQuery();
      ResultSet second = two.executeQuery();
      int sum = 0;
      for (int n = 0; n < 40; n++) {
        first.next();
        second.next();
        sum += first.getInt(1) + second.getInt(1);
      }
      return sum;
    });
    scenario("cursor.max-rows", connection -> {
      Statement statement = connection.createStatement();
      statement.setMaxRows(3);
      return rows(statement.executeQuery("select id from big order by id"));
    });
    scenario("cursor.scrollable", connection -> {
      Statement statement = connection.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE);
      ResultSet found = statement.executeQuery("select id, label from items order by id");
      found.last();
      String last = found.getString(2);
      found.absolute(1);
      found.updateString(2, "one");
      found.updateRow();
      return List.of(last, found.getString(2));
    });
  }

  static void preparing() {
    for (int threshold : new int[] {1, 5, -1}) {
      scenario("prepared.threshold-" + threshold, Map.of("prepareThreshold", "" + threshold), connection -> {
        PreparedStatement statement = connection.prepareStatement("select label, amount, made from items where id = ?");
        List<Object> answers = new ArrayList<>();
        for (int n = 0; n < 12; n++) {
          statement.setInt(1, n % 3);
          answers.add(rows(statement.executeQuery()));
        }
        return answers;
      });
      scenario("types.threshold-" + threshold, Map.of("prepareThreshold", "" + threshold), connection -> {
        PreparedStatement statement = connection.prepareStatement(TYPED);
        Object last = null;
        for (int n = 0; n < 7; n++) last = rows(statement.executeQuery());
        return last;
      });
    }
    scenario("prepared.cache-evicted", Map.of("prepareThreshold", "1", "preparedStatementCacheQueries", "2"), connection -> {
      List<Object> answers = new ArrayList<>();
      for (int n = 0; n < 12; n++) {
        try (PreparedStatement statement = connection.prepareStatement("select " + n % 4 + ", ?::int")) {
          statement.setInt(1, n);
          answers.add(rows(statement.executeQuery()));
        }
      }
      return answers;
    });
    scenario("prepared.shape-changed", Map.of("prepareThreshold", "1"), connection -> {
      Statement plain = connection.createStatement();
      plain.execute("create table scratch (a int)");
      try {
        plain.execute("insert into scratch values (1)");
        PreparedStatement statement = connection.prepareStatement("select * from scratch");
        for (int n = 0; n < 3; n++) rows(statement.executeQuery());
        plain.execute("alter table scratch add b text default 'new'");
        return rows(statement.executeQuery());
      } finally {
        plain.execute("drop table scratch");
      }
    });
    scenario("batch.prepared", connection -> {
      PreparedStatement statement = connection.prepareStatement("insert into items (id, label, amount) values (?, ?, ?)");
      for (int n = 0; n < 500; n++) {
        statement.setInt(1, 1000 + n);
        statement.setString(2, "batched " + n);
        statement.setBigDecimal(3, new BigDecimal(n));
        statement.addBatch();
      }
      int affected = java.util.Arrays.stream(statement.executeBatch()).sum();
      return List.of(affected, connection.createStatement().executeUpdate("delete from items where id >= 1000"));
    });
    scenario("batch.rewritten", Map.of("reWriteBatchedInserts", "true"), connection -> {
      PreparedStatement statement = connection.prepareStatement("insert into items (id, label) values (?, ?)");
      for (int n = 0; n < 300; n++) {
        statement.setInt(1, 1000 + n);
        statement.setString(2, "batched " + n);
        statement.addBatch();
      }
      int size = statement.executeBatch().length;
      return List.of(size, connection.createStatement().executeUpdate("delete from items where id >= 1000"));
    });
    scenario("batch.failing", connection -> {
      connection.setAutoCommit(false);
      Statement statement = connection.createStatement();
      statement.addBatch("insert into items (id) values (1000)");
      statement.addBatch("insert into items (id) values (1)");
      statement.addBatch("insert into items (id) values (1001)");
      try {
        statement.executeBatch();
        return "ran";
      } catch (BatchUpdateException error) {
        return List.of(error.getUpdateCounts().length, error.getSQLState());
      }
    });
    scenario("batch.returning", connection -> {
      connection.setAutoCommit(false);
      PreparedStatement statement = connection.prepareStatement("insert into orders (person_id, total) values (?, 5)", new String[] {"person_id", "total"});
      for (int n = 1; n < 6; n++) {
        statement.setInt(1, n);
        statement.addBatch();
      }
      statement.executeBatch();
      return rows(statement.getGeneratedKeys());
    });
    scenario("batch.generated-keys", connection -> {
      connection.setAutoCommit(false);
      Statement statement = connection.createStatement();
      statement.executeUpdate("insert into orders (person_id, total) values (2, 7)", Statement.RETURN_GENERATED_KEYS);
      ResultSet keys = statement.getGeneratedKeys();
      return List.of(keys.next(), keys.getMetaData().getColumnCount());
    });
    scenario("function.callable", connection -> {
      var call = connection.prepareCall("{? = call total_of(?)}");
      call.registerOutParameter(1, Types.NUMERIC);
      call.setInt(2, 3);
      call.execute();
      return call.getBigDecimal(1);
    });
    scenario("query.escapes", reading("select {fn concat('a', 'b')}, {d '2024-02-29'}::text, {fn now()} is not null"));
  }

  static void changing() {
    scenario("transaction.savepoints", connection -> {
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      Statement statement = connection.createStatement();
      statement.executeUpdate("insert into items (id) values (95)");
      Savepoint point = connection.setSavepoint("here");
      String failure = attempt(connection, c -> c.createStatement().executeUpdate("insert into items (id) values (95)"));
      String skipped = attempt(connection, c -> rows(c.createStatement().executeQuery("select 1")));
      connection.rollback(point);
      Object left = rows(statement.executeQuery("select count(*) from items where id = 95"));
      connection.rollback();
      return List.of(new Raw(failure), new Raw(skipped), left, connection.getTransactionIsolation());
    });
    scenario("transaction.autosave", Map.of("autosave", "always"), connection -> {
      connection.setAutoCommit(false);
      String failure = attempt(connection, reading("select 1 / 0"));
      return List.of(new Raw(failure), rows(connection.createStatement().executeQuery("select 2")));
    });
    for (String[] one : new String[][] {
      {"unique", "insert into items values (1, 'dup', 1, null)"}, {"syntax", "selekt 1"}, {"division", "select 1 / 0"}, {"undefined-table", "select * from nowhere"},
      {"undefined-column", "select nothing from items"}, {"foreign-key", "insert into orders (person_id) values (77)"}, {"not-null", "insert into people (id) values (99)"},
    }) {
      scenario("error." + one[0], connection -> connection.createStatement().execute(one[1]));
      scenario("error." + one[0] + "-prepared", Map.of("prepareThreshold", "1"), connection -> connection.prepareStatement(one[1]).execute());
    }
    scenario("error.diagnostics", connection -> {
      try {
        return connection.createStatement().execute("insert into orders (person_id) values (77)");
      } catch (PSQLException error) {
        var message = error.getServerErrorMessage();
        return List.of(message.getSQLState(), String.valueOf(message.getTable()), String.valueOf(message.getConstraint()), String.valueOf(message.getDetail()));
      }
    });
    scenario("notice", connection -> {
      Statement statement = connection.createStatement();
      Object answer = rows(statement.executeQuery("select shout('hello')"));
      return List.of(answer, String.valueOf(statement.getWarnings() == null ? null : statement.getWarnings().getMessage()));
    });
    scenario("copy.out", connection -> {
      StringWriter sink = new StringWriter();
      long count = connection.unwrap(PGConnection.class).getCopyAPI().copyOut("copy items (id, label) to stdout (format csv)", sink);
      return List.of((int) count, sink.toString());
    });
    scenario("copy.in", connection -> {
      long count = connection.unwrap(PGConnection.class).getCopyAPI().copyIn("copy items (id, label) from stdin", new StringReader("200\ta\n201\tb\n"));
      return List.of((int) count, connection.createStatement().executeUpdate("delete from items where id >= 200"));
    });
    scenario("copy.failing", connection -> (int) connection.unwrap(PGConnection.class).getCopyAPI().copyIn("copy items (id, label) from stdin", new StringReader("200\ta\nx\tb\n")));
  }

  static void waiting() {
    scenario("listen", connection -> {
      Statement statement = connection.createStatement();
      statement.execute("listen conformance");
      statement.execute("notify conformance, 'hello'");
      var heard = connection.unwrap(PGConnection.class).getNotifications(3000);
      return List.of(heard.length, heard[0].getName(), heard[0].getParameter());
    });
    scenario("cancel.statement", connection -> {
      Statement statement = connection.createStatement();
      new Thread(() -> {
        try {
          Thread.sleep(300);
          statement.cancel();
        } catch (Exception error) {
          System.err.println(error.getMessage());
        }
      }).start();
      long begun = System.nanoTime();
      String failure = attempt(connection, c -> statement.execute("select count(*) from big a, big b, big c where c.id <= 12"));
      return List.of(new Raw(failure), System.nanoTime() - begun < 4_000_000_000L);
    });
    scenario("cancel.query-timeout", connection -> {
      Statement statement = connection.createStatement();
      statement.setQueryTimeout(1);
      long begun = System.nanoTime();
      String failure = attempt(connection, c -> statement.execute("select count(*) from big a, big b, big c where c.id <= 12"));
      return List.of(new Raw(failure), System.nanoTime() - begun < 4_000_000_000L);
    });
    scenario("timeout.statement", connection -> {
      connection.createStatement().execute("set statement_timeout = 200");
      return connection.createStatement().execute("select count(*) from big a, big b, big c where c.id <= 12");
    });
    scenario("timeout.network", connection -> {
      connection.setNetworkTimeout(Runnable::run, 5000);
      return connection.getNetworkTimeout();
    });
    scenario("settings.schema", connection -> {
      connection.setSchema("pg_catalog");
      return connection.getSchema();
    });
  }

  static void reachingPeople() {
    scenario("people.read", reading("select id, name, ssn, born from people where id <= 3 order by id"));
    for (String threshold : new String[] {"1", "-1"}) {
      scenario("people.read-threshold" + threshold, Map.of("prepareThreshold", threshold), connection -> {
        PreparedStatement statement = connection.prepareStatement("select id, ssn, born, score from people where id <= ? order by id");
        Object last = null;
        for (int n = 0; n < 7; n++) {
          statement.setInt(1, 3);
          last = rows(statement.executeQuery());
        }
        return last;
      });
    }
    scenario("people.cursor-read", connection -> {
      connection.setAutoCommit(false);
      Statement statement = connection.createStatement();
      statement.setFetchSize(5);
      return rows(statement.executeQuery("select ssn from people order by id"));
    });
    scenario("people.star", reading("select * from people where id = 2"));
    scenario("people.filter", reading("select id from people where ssn = '900-12-0001'"));
    scenario("people.filter-prepared", Map.of("prepareThreshold", "1"), reading("select id from people where ssn = ?", "900-12-0001"));
    scenario("people.expression", reading("select upper(ssn) from people"));
    scenario("people.filter-in-transaction", connection -> {
      connection.setAutoCommit(false);
      String failure = attempt(connection, reading("select id from people where ssn = ?", "x"));
      String skipped = attempt(connection, reading("select 1"));
      connection.rollback();
      return List.of(new Raw(failure), new Raw(skipped), rows(connection.createStatement().executeQuery("select 1")));
    });
  }
}
