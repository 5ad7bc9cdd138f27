/**
 * Trains a classifier of penguin species. Runs as a training run of Cairn: reads `penguins/penguins.json` under CAIRN_INPUTS, leaves
 * `model.onnx` and `metrics.json` in CAIRN_OUTPUTS. Parameters: `epochs`, `learningRate`, `penalty`, `holdout` (share of the records
 * that the model is tried on and does not learn from).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { classOf, fit, randomOf, shuffled } from './train/classifier.mjs';
import { onnxModelOf } from './train/onnx-model.mjs';

const COLUMNS = ['beak_length_mm', 'beak_depth_mm', 'flipper_length_mm', 'body_mass_g'];
const DEFAULTS = { epochs: 400, learningRate: 0.5, penalty: 0.001, holdout: 0.25 };

const { CAIRN_INPUTS, CAIRN_OUTPUTS, CAIRN_PARAMETERS = '{}', CAIRN_SEED = '0' } = process.env;
const { holdout, ...options } = { ...DEFAULTS, ...JSON.parse(CAIRN_PARAMETERS) };

const records = JSON.parse(readFileSync(path.join(CAIRN_INPUTS, 'penguins/penguins.json'), 'utf8'));
const species = [...new Set(records.map((record) => record.species))].sort();
const examples = shuffled(records, randomOf(Number(CAIRN_SEED))).map((record) => ({
  row: COLUMNS.map((name) => record[name]),
  label: species.indexOf(record.species),
}));
const held = examples.slice(0, Math.round(examples.length * holdout));
const seen = examples.slice(held.length);
console.log(
  `${records.length} penguins of ${species.length} species: ${seen.length} to learn from, ${held.length} to be tried on`,
);

const model = fit(
  seen.map(({ row }) => row),
  seen.map(({ label }) => label),
  species.length,
  options,
);
const accuracyOn = (list) =>
  list.filter(({ row, label }) => classOf(model, row) === label).length / list.length;
const metrics = {
  accuracy: accuracyOn(held),
  training_accuracy: accuracyOn(seen),
  training_records: seen.length,
  holdout_records: held.length,
};
console.log(
  `accuracy ${metrics.accuracy.toFixed(4)} on what it has not seen, ${metrics.training_accuracy.toFixed(4)} on what it has`,
);

writeFileSync(path.join(CAIRN_OUTPUTS, 'model.onnx'), onnxModelOf(model, COLUMNS, species));
writeFileSync(path.join(CAIRN_OUTPUTS, 'metrics.json'), `${JSON.stringify(metrics, undefined, 2)}\n`);
