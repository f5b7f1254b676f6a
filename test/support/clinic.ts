/** Synthetic values that appear nowhere else: where one of them is seen, it leaked. Numbers are from ranges never issued. */
export const canaries = {
  ssn: '900-55-7391',
  mrn: 'MRN-88112-QX',
  fullName: 'Zyxwora Quillfeather',
  birthDate: '1931-07-19',
  phone: '+1 415 555 0173',
  notes: 'synthetic note marzipan-lighthouse',
} as const;

/** A small clinic, all of it synthetic: patient 1 carries the canaries. */
export const clinicSql = `
create table patients (
  id int primary key, mrn text unique not null, ssn text not null check (length(ssn) < 20), full_name text not null,
  birth_date date, phone varchar(30), zip text, notes text, status text not null default 'active', balance numeric default 0 check (balance >= 0));
comment on table patients is 'synthetic data';
create table encounters (id int primary key, patient_id int references patients, kind text, seen_on date);
create table providers (id int primary key, specialty text);
create type visit as enum ('new', 'follow-up');
insert into patients values (1, '${canaries.mrn}', '${canaries.ssn}', '${canaries.fullName}', '${canaries.birthDate}', '${canaries.phone}', '94110', '${canaries.notes}');
insert into patients select i, 'MRN-' || i, '901-00-' || lpad(i::text, 4, '0'), 'Synthetic Person ' || i, date '1960-01-01' + i, '+1 212 555 0100', '10001', 'synthetic note ' || i, case when i % 2 = 0 then 'active' else 'closed' end from generate_series(2, 500) i;
insert into encounters select i, 1 + i % 500, 'visit', date '2026-01-01' + i % 300 from generate_series(1, 2000) i;
insert into providers values (1, 'cardiology'), (2, 'paediatrics');
create view patient_directory as select id, ssn as code, full_name from patients;
create function lookup(int) returns text language sql as 'select ssn from patients where id = $1';
create function shout(p patients) returns text language plpgsql as $$ begin raise notice 'seen %', p.ssn; raise exception 'no %', p.ssn; end $$;
create function fixed() returns text immutable language sql as 'select ssn from patients where id = 1';
create function complain() returns trigger language plpgsql as $$ begin raise warning 'row %', new; return new; end $$;
create trigger complaining before update on patients for each row execute function complain();
create schema other;
create table other.patients (id int, ssn text);
insert into other.patients values (1, 'elsewhere');
`;

/** What the connection protects, as YAML under `protect:`. */
export const clinicProtection = `
      public.patients.ssn: ssn
      public.patients.mrn: mrn
      public.patients.full_name: name
      public.patients.birth_date: birth_date
      public.patients.phone: phone
      public.patients.notes: free_text`;

/** Reading clinical tables, no DDL, no unbounded reads of protected tables. */
export const clinicPolicies = `
@id("in") @description("workloads connect")
permit(principal in Group::"pipelines", action in [Action::"connect", Action::"session"], resource == Connection::"clinic");

@id("read-clinic") @description("pipelines read the clinic")
permit(principal in Group::"pipelines", action == Action::"select", resource in Connection::"clinic");

@id("write-encounters") @description("pipelines write encounters and patients")
permit(principal in Group::"pipelines", action in [Action::"insert", Action::"update", Action::"delete"], resource in Connection::"clinic");

@id("no-bulk-phi-read") @description("reads of protected tables must be filtered or limited")
forbid(principal, action == Action::"select", resource is Table) when { resource.protected && !context.statement.filtered && !context.statement.limited };

@id("no-ddl") @description("nobody changes the schema")
forbid(principal, action in [Action::"ddl", Action::"truncate"], resource);

@id("other-tables") @description("the other schema is closed")
forbid(principal, action == Action::"select", resource in Schema::"clinic/other");
`;
