#!/usr/bin/env node
import { run } from './run.js';
import { endWithOutput } from './standard-streams.js';

endWithOutput(process, (code) => process.exit(code));

process.exitCode = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  env: process.env,
  cwd: process.cwd(),
});
