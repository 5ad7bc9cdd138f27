import { Command } from 'commander';
import { addAccess } from './access/access.js';
import { addAccessKeys } from './access/access-keys.js';
import { addEmergencies } from './access/emergencies.js';
import { addPrincipals } from './access/principals.js';
import { addCatalogs } from './sources/catalogs.js';
import { addStatements } from './sources/statements.js';
import { addTokens } from './access/tokens.js';
import { addAdmin } from './admin/admin.js';
import { addAudit } from './audit/audit.js';
import { addGet } from './content/get.js';
import { addImport } from './content/import.js';
import { addLs } from './content/ls.js';
import { addPreview } from './content/preview.js';
import { addCommit } from './content/commit.js';
import { addPut } from './content/put.js';
import { addRm } from './content/rm.js';
import { addLogin } from './credentials/login.js';
import { addDiff } from './history/diff.js';
import { addLog } from './history/log.js';
import { addMerge } from './history/merge.js';
import { addPicks } from './history/picks.js';
import { addRefMoves } from './history/refs.js';
import { addShow } from './history/show.js';
import type { Io } from './io.js';
import { addModels } from './models/models.js';
import { addAssets } from './lineage/assets.js';
import { addLineage } from './lineage/lineage.js';
import { addPolicy } from './policy/policy.js';
import { addOperations } from './operations/operations.js';
import { addBranches } from './repositories/branches.js';
import { addRepositories } from './repositories/repositories.js';
import { addTags } from './repositories/tags.js';
import { addRuns } from './runs/runs.js';
import { addClassify } from './classification/classify.js';
import { addSearch } from './search/search.js';
import { addEndpoints } from './serving/endpoints.js';
import { addInfer } from './serving/infer.js';
import { addStatus } from './staging/status.js';
import { packageVersion } from './version.js';
import { openSession, type Session } from './session.js';

/** Adds a group of commands. @param open makes the session of the command that runs */
type AddCommands = (program: Command, open: () => Session) => void;

const GROUPS: readonly AddCommands[] = [
  addLogin,
  addRepositories,
  addBranches,
  addTags,
  addPut,
  addImport,
  addCommit,
  addGet,
  addLs,
  addPreview,
  addRm,
  addStatus,
  addLog,
  addShow,
  addDiff,
  addMerge,
  addPicks,
  addRefMoves,
  addOperations,
  addPolicy,
  addModels,
  addRuns,
  addEndpoints,
  addInfer,
  addAssets,
  addLineage,
  addSearch,
  addClassify,
  addAccess,
  addEmergencies,
  addPrincipals,
  addTokens,
  addAccessKeys,
  addCatalogs,
  addStatements,
  addAdmin,
  addAudit,
];

const EXIT_CODES = `
Exit codes:
  0 ok   1 failure   2 usage or bad input   3 conflict   4 denied or not signed in   5 not found   6 unavailable

Addresses: REPO@REVISION:PATH, where a revision is a branch, a tag, a commit id or its start, with steps like ~2.
Environment: CAIRN_URL and CAIRN_TOKEN are used before what \`cairn login\` stored.`;

/** All of `cairn`, writing to `io` and throwing instead of exiting. */
export function createProgram(io: Io): Command {
  const program = new Command('cairn')
    .description('Version data and models, ask where they came from, train and serve.')
    .version(packageVersion(), '-V, --version', 'print the version of this program')
    .option('--json', 'print the result as JSON on standard output, and nothing else there')
    .addHelpText('after', EXIT_CODES)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
    })
    .exitOverride();
  for (const addCommands of GROUPS) addCommands(program, () => openSession(io, program.opts()));
  return program;
}
