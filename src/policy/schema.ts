/** What policies can speak of, in Cedar's schema format. Every policy is validated against it when it is loaded, every request when it is decided. */
export const cedarSchema = `// Who asks. Ids: Workload::"<issuer id>/<stable key>", User::"<issuer id>/<sub>", Group::"<name>".
entity Group;
entity Workload in [Group] = {
  // ci-job, service, agent, managed-identity or unknown
  nature: String,
  issuer: String,
};
entity User in [Group] = { issuer: String };

// What is reached. Ids: Connection::"clinic", Schema::"clinic/public", Table::"clinic/public.patients",
// Column::"clinic/public.patients.ssn", Routine::"clinic/public.f(int4)" within Routine::"clinic/public.f".
entity Connection;
entity Schema in [Connection];
entity Table in [Schema] = {
  // has at least one protected column
  protected: Bool,
};
entity Column in [Table];
entity Routine in [Routine, Schema];
// Route::"records/GET /patients/{id}", and a field of its answers: Field::"records/GET /patients/{id} $.ssn".
entity Route in [Connection] = {
  // its answers have at least one protected field
  protected: Bool,
};
entity Field in [Route];
entity Tool, KubernetesResource, Host in [Connection];

// Where a workload comes from. What its token does not state is "unknown".
type Origin = {
  platform: String,
  repository: String,
  repositoryId: String,
  workflow: String,
  workflowCommit: String,
  jobWorkflow: String,
  ref: String,
  refProtected: String,
  declaredCommit: String,
  runId: String,
  attempt: String,
  job: String,
  trigger: String,
  environment: String,
  actor: String,
  actorId: String,
  runner: String,
};
type Statement = {
  // connect, select, insert, update, delete, merge, truncate, copy, call, ddl, session, read or write
  verb: String,
  // of the table in question: a condition restricts its rows, a constant LIMIT bounds them
  filtered: Bool,
  limited: Bool,
  // "public.patients"
  tables: Set<String>,
  estimatedRows?: Long,
};
// So far.
type Session = {
  statements: Long,
  rows: Long,
  bytes: Long,
  classesRead: Set<String>,
  ageSeconds: Long,
};
// What the principal did lately, in all of its sessions.
type Usage = {
  statementsHour: Long,
  statementsDay: Long,
  rowsHour: Long,
  rowsDay: Long,
  bytesHour: Long,
  bytesDay: Long,
  classesReadDay: Set<String>,
};
type Context = {
  statement: Statement,
  session: Session,
  principal: Usage,
  origin: Origin,
  purpose?: String,
  reason?: String,
  ticket?: String,
  onBehalfOf?: User,
  source?: ipaddr,
  time: datetime,
};
// For filter: how a protected column shapes the result.
type FilterContext = {
  statement: Statement,
  session: Session,
  principal: Usage,
  origin: Origin,
  purpose?: String,
  reason?: String,
  ticket?: String,
  onBehalfOf?: User,
  source?: ipaddr,
  time: datetime,
  // where, join, order, group, limit or test
  use: String,
  // an equality with a literal or a parameter that must hold
  lookup: Bool,
};
// For unmask: what the protected column or field holds.
type UnmaskContext = {
  statement: Statement,
  session: Session,
  principal: Usage,
  origin: Origin,
  purpose?: String,
  reason?: String,
  ticket?: String,
  onBehalfOf?: User,
  source?: ipaddr,
  time: datetime,
  class: String,
};

action connect, session appliesTo { principal: [Workload, User], resource: Connection, context: Context };
action select, insert, update appliesTo { principal: [Workload, User], resource: [Table, Column, Connection], context: Context };
action delete, truncate, copy, ddl appliesTo { principal: [Workload, User], resource: [Table, Connection], context: Context };
action call appliesTo { principal: [Workload, User], resource: [Routine, Connection], context: Context };
action filter appliesTo { principal: [Workload, User], resource: Column, context: FilterContext };
action unmask appliesTo { principal: [Workload, User], resource: [Column, Field], context: UnmaskContext };
action read, write appliesTo { principal: [Workload, User], resource: [Route, KubernetesResource], context: Context };
action invoke appliesTo { principal: [Workload, User], resource: Tool, context: Context };
action exec appliesTo { principal: [Workload, User], resource: [Host, KubernetesResource], context: Context };
`;
