import type { PostgresMajor } from '../../src/app/demo/postgres-binaries.ts';
import type { Door } from './doors.ts';

/** A driver or tool of somebody else, and the program that plays the scenarios with it. */
export interface Driver {
  readonly name: string;
  /** Programs that must be on the machine; without one of them the driver is left out with a sentence. */
  readonly needs: readonly string[];
  /** Part of a run that names nobody. */
  readonly standard: boolean;
  /** Version of the database; 18 unless it speaks to older ones only. */
  readonly database?: PostgresMajor;
  /** Through which connections; both unless it says so. */
  readonly doors?: readonly Through[];
  /** Plays in an empty database of its own, since it drops whatever it finds. */
  readonly scratch?: boolean;
  /** What must be in the database besides the schema, made anew before each play. */
  readonly fixture?: string;
  /** Installs what the program needs below `cache`, unless it is there. */
  install(cache: string): Promise<Installed>;
}

/** A connection of the gateway that is tried. */
export type Through = Exclude<Door['name'], 'direct'>;

export interface Installed {
  readonly version: string;
  readonly play: Play;
}

/** Plays every scenario at one door, and gives what each came to. */
export type Play = (door: Door) => Promise<readonly Played[]>;

/** What a scenario came to: anything that JSON can say, and the same again wherever it is played the same. */
export interface Played {
  readonly scenario: string;
  readonly outcome: unknown;
}
