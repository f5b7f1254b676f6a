import type { Door } from './doors.ts';
import type { Play, Played } from './driver.ts';
import { libpqVariables, mustRun, type Ran, run } from './program.ts';

/** One call of a command-line tool. */
export interface ToolScene {
  readonly scenario: string;
  readonly command: string;
  readonly options: readonly string[];
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What counts of what it said; else all of it. */
  readonly tell?: (ran: Ran) => unknown;
}

export function playTool(scenes: readonly ToolScene[]): Play {
  return async (door) => {
    const played: Played[] = [];
    for (const scene of scenes) played.push(await playScene(scene, door));
    return played;
  };
}

export async function toolVersion(command: string): Promise<string> {
  return /\d+(\.\d+)+/.exec(await mustRun(command, ['--version']))?.[0] ?? 'unknown';
}

async function playScene({ scenario, command, options, input, env, tell = everything }: ToolScene, door: Door) {
  const ran = await run(command, options, {
    seconds: 60,
    env: { ...libpqVariables(door), LC_ALL: 'C.UTF-8', ...env },
    ...(input === undefined ? {} : { input }),
  });
  const neutral = (text: string) =>
    text
      .replaceAll(String(door.port), 'PORT')
      .replaceAll(new RegExp(`(database[ =]"?|-d )${door.database}\\b`, 'g'), '$1DATABASE');
  return { scenario, outcome: tell({ ...ran, stdout: neutral(ran.stdout), stderr: neutral(ran.stderr) }) };
}

function everything({ code, stdout, stderr }: Ran): unknown {
  return { exit: code, said: stdout, text: stderr };
}
