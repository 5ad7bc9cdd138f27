/** Numbers with a seed (mulberry32), so that a training can be repeated. @returns a function to [0, 1) */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The list in another order (Fisher–Yates). */
export function shuffled(list, random) {
  const result = [...list];
  for (let at = result.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [result[at], result[other]] = [result[other], result[at]];
  }
  return result;
}

/** Mean and standard deviation of every column. */
export function scalingOf(rows) {
  const means = rows[0].map((_, column) => rows.reduce((sum, row) => sum + row[column], 0) / rows.length);
  const deviations = means.map((mean, column) =>
    Math.sqrt(rows.reduce((sum, row) => sum + (row[column] - mean) ** 2, 0) / rows.length),
  );
  return { means, deviations };
}

/** Chances of the classes for one row. */
export function chancesOf({ scaling, weights, biases }, row) {
  const scaled = row.map((value, i) => (value - scaling.means[i]) / scaling.deviations[i]);
  const scores = biases.map((bias, k) => scaled.reduce((sum, value, i) => sum + value * weights[i][k], bias));
  const most = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - most));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/**
 * Multinomial logistic regression by gradient descent over all rows.
 * @param rows of numbers
 * @param labels class of each row, 0 … classCount - 1
 * @param options `epochs` steps, `learningRate`, `penalty` of large weights
 * @returns {{scaling: object, weights: number[][], biases: number[]}} `weights` by column and class
 */
export function fit(rows, labels, classCount, { epochs, learningRate, penalty }) {
  const scaling = scalingOf(rows);
  const model = {
    scaling,
    weights: rows[0].map(() => Array(classCount).fill(0)),
    biases: Array(classCount).fill(0),
  };
  const scaled = rows.map((row) => row.map((value, i) => (value - scaling.means[i]) / scaling.deviations[i]));
  for (let epoch = 0; epoch < epochs; epoch++) {
    const slopes = model.weights.map((column) => column.map((weight) => penalty * weight));
    const biasSlopes = Array(classCount).fill(0);
    rows.forEach((row, at) => {
      chancesOf(model, row).forEach((chance, k) => {
        const error = (chance - (labels[at] === k ? 1 : 0)) / rows.length;
        biasSlopes[k] += error;
        scaled[at].forEach((value, i) => (slopes[i][k] += error * value));
      });
    });
    model.biases = model.biases.map((bias, k) => bias - learningRate * biasSlopes[k]);
    model.weights = model.weights.map((column, i) =>
      column.map((weight, k) => weight - learningRate * slopes[i][k]),
    );
  }
  return model;
}

/** The class with the best chance. */
export function classOf(model, row) {
  const chances = chancesOf(model, row);
  return chances.indexOf(Math.max(...chances));
}
