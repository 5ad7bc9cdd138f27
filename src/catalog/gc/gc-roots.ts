import { Injectable } from '@nestjs/common';

/** Names what must be kept, in batches: ids of commits, or digests of objects. */
export type RootProvider = () => AsyncIterable<readonly string[]>;

/** What garbage collection keeps beside what branches and tags reach. Rooms add what they refer to, at construction. */
@Injectable()
export class GcRoots {
  readonly commits = new Map<string, RootProvider>();
  readonly objects = new Map<string, RootProvider>();

  /** @param name of what refers to the commits, for logs */
  keepCommits(name: string, provider: RootProvider): void {
    this.commits.set(name, provider);
  }

  /** @param name of what refers to the objects, for logs */
  keepObjects(name: string, provider: RootProvider): void {
    this.objects.set(name, provider);
  }
}
