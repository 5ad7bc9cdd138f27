import { clientOf } from './client.mjs';
import { playAll } from './output.mjs';
import { analyst } from './steps/analyst.mjs';
import { data } from './steps/data.mjs';
import { events } from './steps/events.mjs';
import { observers } from './steps/observers.mjs';
import { people } from './steps/people.mjs';
import { question } from './steps/question.mjs';
import { serving } from './steps/serving.mjs';
import { training } from './steps/training.mjs';

const STEPS = [people, data, observers, training, serving, events, question, analyst];

/**
 * Plays the whole journey. It can be played again at the same service: what is there stays, a training run, a model version and a
 * revision of the endpoint are added.
 * @param url of the service
 * @param token of an administrator
 * @returns the context of the last step: clients of the people, ids
 */
export async function journey(url, token) {
  const context = { url, admin: clientOf(url, token) };
  await playAll(STEPS, context);
  return context;
}
