import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What tools ask of DatabaseMetaData and of the shapes of statements. */
class Metadata {
  static Scenarios.Act catalogue(String... wanted) {
    return connection -> {
      var meta = connection.getMetaData();
      return switch (wanted[0]) {
        case "tables" -> columns(meta.getTables(null, "public", "%", new String[] {"TABLE", "VIEW"}), "TABLE_NAME", "TABLE_TYPE");
        case "columns" -> columns(meta.getColumns(null, "public", "%", "%"), "TABLE_NAME", "COLUMN_NAME", "TYPE_NAME", "COLUMN_SIZE", "IS_NULLABLE", "COLUMN_DEF", "IS_AUTOINCREMENT");
        case "primary-keys" -> columns(meta.getPrimaryKeys(null, "public", "orders"), "COLUMN_NAME", "PK_NAME");
        case "imported-keys" -> columns(meta.getImportedKeys(null, "public", "orders"), "PKTABLE_NAME", "FKCOLUMN_NAME", "FK_NAME");
        case "exported-keys" -> columns(meta.getExportedKeys(null, "public", "people"), "FKTABLE_NAME", "FK_NAME");
        case "indexes" -> columns(meta.getIndexInfo(null, "public", "orders", false, false), "INDEX_NAME", "COLUMN_NAME", "ASC_OR_DESC");
        case "schemas" -> columns(meta.getSchemas(), "TABLE_SCHEM");
        case "catalogs" -> meta.getCatalogs().next();
        case "types" -> columns(meta.getUDTs(null, "public", "%", null), "TYPE_NAME", "DATA_TYPE");
        case "type-info" -> columns(meta.getTypeInfo(), "TYPE_NAME").size() > 50;
        case "functions" -> columns(meta.getFunctions(null, "public", "%"), "FUNCTION_NAME");
        case "function-columns" -> columns(meta.getFunctionColumns(null, "public", "%", "%"), "FUNCTION_NAME", "COLUMN_NAME", "TYPE_NAME");
        case "procedures" -> columns(meta.getProcedures(null, "public", "%"), "PROCEDURE_NAME");
        case "privileges" -> columns(meta.getTablePrivileges(null, "public", "items"), "GRANTEE", "PRIVILEGE");
        case "column-privileges" -> columns(meta.getColumnPrivileges(null, "public", "items", "id"), "GRANTEE", "PRIVILEGE");
        case "best-row" -> columns(meta.getBestRowIdentifier(null, "public", "items", 0, true), "COLUMN_NAME");
        case "client-info" -> columns(meta.getClientInfoProperties(), "NAME");
        default -> List.of(meta.getDatabaseMajorVersion(), meta.getDriverMajorVersion(), meta.getSQLKeywords().length() > 10, meta.getMaxColumnNameLength(), meta.getMaxConnections() > 0);
      };
    };
  }

  static List<Object> columns(ResultSet found, String... names) throws SQLException {
    List<Object> all = new ArrayList<>();
    while (found.next()) {
      List<Object> row = new ArrayList<>();
      for (String name : names) row.add(String.valueOf(found.getObject(name)));
      all.add(row);
    }
    return all;
  }

  static void describing() {
    for (String name : "tables columns primary-keys imported-keys exported-keys indexes schemas catalogs types type-info functions function-columns procedures privileges column-privileges best-row client-info database".split(" ")) {
      Scenarios.scenario("metadata." + name, catalogue(name));
    }
    Scenarios.scenario("metadata.result", connection -> {
      ResultSetMetaData shape = connection.prepareStatement("select id, label as l, amount from items").getMetaData();
      List<Object> all = new ArrayList<>();
      for (int i = 1; i <= 3; i++) all.add(List.of(shape.getColumnLabel(i), shape.getColumnTypeName(i), shape.getPrecision(i), shape.getScale(i), shape.getTableName(i), shape.isNullable(i), shape.isAutoIncrement(i)));
      return all;
    });
    Scenarios.scenario("metadata.parameters", connection -> connection.prepareStatement("select * from items where id = ? and label = ?").getParameterMetaData().getParameterTypeName(2));
  }
}
