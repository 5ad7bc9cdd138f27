import autocannon from 'autocannon';

/**
 * Posts each body once: every one of so many clients sends its next one when its last one was answered.
 * @param check called with status and text of each answer; throws when it is not what was wanted
 * @returns {Promise<number>} milliseconds until the last answer: autocannon itself ends at a whole second only
 */
export async function postEach({ url, token }, route, bodies, clients, check) {
  let next = 0;
  const failures = [];
  const begun = performance.now();
  let lastAt = begun;
  await autocannon({
    ...{ url: `${url}${route}`, method: 'POST', connections: Math.min(clients, bodies.length) },
    ...{ amount: bodies.length, timeout: 60 },
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    requests: [
      {
        setupRequest: (request) => ({ ...request, body: bodies[next++] ?? bodies.at(-1) }),
        onResponse: (status, text) => {
          lastAt = performance.now();
          if (!check(status, text)) failures.push(`${status} ${text.slice(0, 500)}`);
        },
      },
    ],
  });
  if (failures.length > 0) throw new Error(`${failures.length} requests to ${route} failed: ${failures[0]}`);
  return lastAt - begun;
}
