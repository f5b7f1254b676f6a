import type { ExitCode, Io } from '../../cli/io.ts';
import { startGateway } from '../gateway.ts';
import { readConfiguration } from './read-configuration.ts';
import { untilSignal } from './until-signal.ts';

/** Runs a gateway in the foreground. */
export async function serve(config: string, io: Io): Promise<ExitCode> {
  const say = (line: string) => io.err(`${line}\n`);
  const configuration = await readConfiguration(config);
  const started = configuration.ok
    ? await startGateway({ configuration: configuration.value, read: () => readConfiguration(config) })
    : configuration;
  if (!started.ok) {
    for (const fault of started.error) say(`sluice: ${fault}`);
    return 1;
  }
  for (const { settings, listener } of started.value.listeners.open)
    say(`sluice: ${settings.name} on ${listener.address}`);
  say(`sluice: api on ${started.value.api}`);
  await untilSignal(started.value, say);
  await started.value.stop();
  return 0;
}
