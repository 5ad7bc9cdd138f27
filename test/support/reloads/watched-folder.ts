import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Contents } from './bundles.js';

/** A folder that is changed as folders are: by a swapped link, or file by file while somebody looks. */
export class WatchedFolder {
  private readonly root = mkdtempSync(path.join(os.tmpdir(), 'cairn-reloads-'));
  private generation = 0;

  get directory(): string {
    return path.join(this.root, 'current');
  }

  /** All at once. */
  swap(contents: Contents): void {
    const before = this.generation++;
    const name = `of-${this.generation}`;
    for (const [file, text] of contents) write(path.join(this.root, name, file), text);
    symlinkSync(name, path.join(this.root, 'next'));
    renameSync(path.join(this.root, 'next'), this.directory);
    rmSync(path.join(this.root, `of-${before - 1}`), { recursive: true, force: true });
  }

  /** One file after the other, those that go first, with pauses. */
  async copy(contents: Contents, pauseMs: number): Promise<void> {
    const present = readdirSync(this.directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(this.directory, path.join(entry.parentPath, entry.name)));
    for (const file of present.filter((name) => !contents.has(name))) rmSync(path.join(this.directory, file));
    for (const [file, text] of contents) {
      write(path.join(this.directory, file), text.slice(0, text.length / 2));
      await pause(pauseMs);
      write(path.join(this.directory, file), text);
    }
  }

  delete(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}
