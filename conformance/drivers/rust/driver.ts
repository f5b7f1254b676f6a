import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Driver } from '../driver.ts';
import { mustRun, playProgram } from '../program.ts';

const versions = { tokioPostgres: '0.7.18', sqlx: '0.8.6' };

/** One crate for two drivers: what takes time is what they share. */
export const rust: Driver = {
  name: 'tokio-postgres+sqlx',
  needs: ['cargo'],
  standard: false,
  async install(cache) {
    const folder = join(cache, 'rust');
    mkdirSync(join(folder, 'src'), { recursive: true });
    writeFileSync(join(folder, 'Cargo.toml'), manifest);
    cpSync(join(import.meta.dirname, 'scenarios.rs'), join(folder, 'src', 'main.rs'));
    await mustRun('cargo', ['build', '--quiet'], { cwd: folder, seconds: 900 });
    return {
      version: `${versions.tokioPostgres}, ${versions.sqlx}`,
      play: playProgram(join(folder, 'target', 'debug', 'conformance'), []),
    };
  },
};

const manifest = `[package]
name = "conformance"
version = "0.0.0"
edition = "2021"

[dependencies]
tokio = { version = "1", features = ["rt-multi-thread", "macros", "time", "net"] }
futures-util = "0.3"
serde_json = "1"
rustls = { version = "0.23", default-features = false, features = ["ring", "std", "tls12"] }
rustls-pemfile = "2"
tokio-postgres = "=${versions.tokioPostgres}"
tokio-postgres-rustls = { version = "0.13", default-features = false }
sqlx = { version = "=${versions.sqlx}", default-features = false, features = ["postgres", "runtime-tokio", "tls-rustls-ring-native-roots"] }

[profile.dev]
debug = 0
`;
