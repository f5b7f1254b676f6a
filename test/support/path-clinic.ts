import type { PostgresMajor } from '../../src/app/demo/postgres-binaries.ts';
import { clinicPolicies } from './clinic.ts';
import { type ClinicGateway, startClinicGateway } from './clinic-gateway.ts';

/**
 * A gateway that protects nothing, before a database in which the name `t` means another table in each schema: `a.t` and `b.t`
 * may be read, `closed.t` may not. Who reads `closed` as `t` has found a moment at which Sluice believed in the wrong path.
 */
export async function startPathClinic(major: PostgresMajor): Promise<ClinicGateway> {
  const clinic = await startClinicGateway({ protect: '', policies, major });
  const setup = await clinic.direct();
  await setup.query(`
    create schema a; create schema b; create schema closed; create sequence numbers;
    create table a.t as select 'a'::text as mark; create table b.t as select 'b'::text as mark;
    create table closed.t as select 'opened'::text as mark;
    create function move(path text) returns text language plpgsql as $$ begin return set_config('search_path', path, false); end $$;
    create function move_local(path text) returns text language plpgsql as $$ begin return set_config('search_path', path, true); end $$;
    create function move_back(path text) returns text language plpgsql set search_path = a as $$ begin return set_config('search_path', path, true); end $$;
    create function move_past(path text) returns text language plpgsql set search_path = a as $$ begin return set_config('search_path', path, false); end $$;
    create function move_fail(path text) returns text language plpgsql as $$ begin perform set_config('search_path', path, false); return 1 / 0; end $$;
    create function move_caught(path text) returns text language plpgsql as $$ begin perform set_config('search_path', path, false); raise 'no'; exception when others then return 'caught'; end $$;
    create function move_later(path text) returns setof text language sql as $$ select 'x' union all select move(path) $$;
    create function still() returns text language plpgsql as $$ begin return 'still'; end $$;
    create procedure move_commit(path text) language plpgsql as $$ begin perform set_config('search_path', path, false); commit; end $$;
    create procedure move_commit_fail(path text) language plpgsql as $$ begin perform set_config('search_path', path, false); commit; perform 1 / 0; end $$;
    create table moved (path text);
    create function moving() returns trigger language plpgsql as $$ begin perform set_config('search_path', new.path, false); return new; end $$;
    create trigger moving before insert on moved for each row execute function moving()`);
  await setup.end();
  return clinic;
}

const policies = `${clinicPolicies.replace(/@id\("no-ddl"\)[\s\S]*?;\n/, '')}
@id("code") @description("pipelines run code")
permit(principal in Group::"pipelines", action in [Action::"call", Action::"ddl"], resource in Connection::"clinic");

@id("closed") @description("one schema is closed")
forbid(principal, action == Action::"select", resource in Schema::"clinic/closed");
`;
