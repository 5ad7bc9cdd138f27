import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { assertOutsideTransaction, type Config } from '../../../platform/index.js';
import { PolicyBundleError } from '../../bundle/policy-bundle-error.js';
import type { BundleSource, Shown } from '../bundle-source.js';
import { contentDigest } from '../content-digest.js';
import { PolicyRefusedError, refusedBundle } from '../refusal.js';
import { siftFiles } from '../sift-files.js';
import { Git } from './git.js';
import { gitCredentials } from './git-credentials.js';
import { readCommit } from './read-commit.js';

const OURS = 'refs/heads/policy';
/** After so many failures in a row our copy is made anew: it may be what is broken. */
const MAX_FAILURES = 5;
const SUBJECT_CHARS = 200;

/** A branch of a remote repository, polled. Nothing is checked out: files are read from the commit's objects. */
export class GitSource implements BundleSource {
  readonly kind = 'git';
  readonly name: string;
  readonly isLocal = false;
  readonly pauseMs: number;
  private readonly url: string;
  private readonly folder: string;
  private failures = 0;
  private before:
    { readonly commit: string; readonly takenRef: string | undefined; readonly shown: Shown } | undefined;

  constructor(
    private readonly config: Pick<
      Config,
      | 'CAIRN_DATA_DIR'
      | 'CAIRN_CREDENTIALS_DIR'
      | 'CAIRN_POLICY_GIT_BRANCH'
      | 'CAIRN_POLICY_GIT_PATH'
      | 'CAIRN_POLICY_GIT_POLL_SECONDS'
      | 'CAIRN_POLICY_GIT_CREDENTIALS'
      | 'CAIRN_POLICY_GIT_REWRITES'
    > & { readonly CAIRN_POLICY_GIT_URL: string },
  ) {
    this.url = config.CAIRN_POLICY_GIT_URL;
    this.name = `git:${this.url}#${config.CAIRN_POLICY_GIT_BRANCH}:${config.CAIRN_POLICY_GIT_PATH}`;
    this.pauseMs = config.CAIRN_POLICY_GIT_POLL_SECONDS * 1000;
    this.folder = path.join(config.CAIRN_DATA_DIR, 'policy-git');
  }

  async look(takenRef: string | undefined): Promise<Shown> {
    assertOutsideTransaction('git');
    try {
      const git = await this.fetch();
      const shown = await this.show(git, takenRef);
      this.failures = 0;
      return shown;
    } catch (error) {
      this.failures += 1;
      if (this.failures % MAX_FAILURES === 0) await rm(this.folder, { recursive: true, force: true });
      throw error;
    }
  }

  lookUntilWhole(): Promise<Shown> {
    return this.look(undefined);
  }

  private async fetch(): Promise<Git> {
    const { CAIRN_CREDENTIALS_DIR: credentials, CAIRN_POLICY_GIT_CREDENTIALS: name } = this.config;
    const env =
      name === undefined ? {} : await gitCredentials(path.join(credentials, name), this.url, this.name);
    const git = new Git(this.folder, env, this.name);
    await mkdir(this.folder, { recursive: true });
    await git.run('init', '--quiet', '--bare');
    const settings = ['http.followRedirects=false', 'http.lowSpeedLimit=1000', 'http.lowSpeedTime=20'];
    await git.run(
      ...settings.flatMap((setting) => ['-c', setting]),
      ...[
        'fetch',
        '--quiet',
        '--no-tags',
        '--no-recurse-submodules',
        '--no-write-fetch-head',
        '--end-of-options',
      ],
      ...[this.url, `+refs/heads/${this.config.CAIRN_POLICY_GIT_BRANCH}:${OURS}`],
    );
    return git;
  }

  private async show(git: Git, takenRef: string | undefined): Promise<Shown> {
    const commit = (await git.run('rev-parse', '--verify', `${OURS}^{commit}`)).toString('utf8').trim();
    const { before } = this;
    if (before?.commit === commit && before.takenRef === takenRef) return before.shown;
    const shown = (await this.isRewritten(git, takenRef, commit))
      ? this.refusedRewrite(takenRef!, commit)
      : await this.read(git, commit);
    this.before = { commit, takenRef, shown };
    return shown;
  }

  private async read(git: Git, commit: string): Promise<Shown> {
    try {
      const claimed = siftFiles(await readCommit(git, commit, this.config.CAIRN_POLICY_GIT_PATH));
      const digest = contentDigest(claimed.files, claimed.manifest, claimed.signature, commit);
      const told = (await git.run('log', '-1', '--format=%an: %s', commit)).toString('utf8').trim();
      return { digest, ref: commit, claimed, reason: told.slice(0, SUBJECT_CHARS) };
    } catch (error) {
      if (!(error instanceof PolicyBundleError)) throw error;
      return { digest: commit, ref: commit, refused: refusedBundle(error) };
    }
  }

  /** Whether the branch does not lead on from what was taken: then somebody took something back without saying so. */
  private async isRewritten(git: Git, takenRef: string | undefined, commit: string): Promise<boolean> {
    if (takenRef === undefined || takenRef === commit || this.config.CAIRN_POLICY_GIT_REWRITES) return false;
    const { exitCode } = await git.ask(['merge-base', '--is-ancestor', takenRef, commit], {
      okCodes: [0, 1, 128], // 128: the commit that was taken is in no history any more
    });
    return exitCode !== 0;
  }

  private refusedRewrite(takenRef: string, commit: string): Shown {
    const reason =
      `the branch was rewritten: ${commit} does not follow on ${takenRef}, which was taken. ` +
      'Go back by a new commit or by `cairn policy rollback`, or set CAIRN_POLICY_GIT_REWRITES=true';
    return {
      digest: `rewritten ${commit}`,
      ref: commit,
      refused: new PolicyRefusedError('rewritten-history', reason),
    };
  }
}
