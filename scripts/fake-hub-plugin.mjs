/**
 * Vite plugin: the dev server, and with it the browser tests, has a hub under `/hub/NAME`, with the checkpoints of the micro
 * pack. Every NAME is a hub of its own. `POST /hub/NAME/-/faults` sets what it does wrong, `GET /hub/NAME/-/requests` tells
 * what it was asked for. Of the same origin, so that the pack worker's policy stays the shipped one.
 */
import { existsSync } from 'node:fs';
import { createHub } from './fake-hub.mjs';

const FOLDER = 'tests/fixtures/packs/micro-clip/hub';

/** @returns {import('vite').Plugin} */
export function fakeHub() {
	return {
		name: 'luxshot:fake-hub',
		apply: 'serve',
		configureServer(server) {
			/** @type {Map<string, import('./fake-hub.mjs').Hub>} */
			const hubs = new Map();
			server.middlewares.use((request, response, next) => {
				const [, name = '', rest = ''] = /^\/hub\/([\w-]+)(\/.*)$/.exec(request.url ?? '') ?? [];
				if (!name || !existsSync(FOLDER)) return next();
				const hub = hubs.get(name) ?? createHub({ dir: FOLDER });
				hubs.set(name, hub);
				request.url = rest;
				answer(hub, request, response).catch(next);
			});
		}
	};
}

/**
 * @param {import('./fake-hub.mjs').Hub} hub
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function answer(hub, request, response) {
	if (request.url === '/-/requests') return void response.end(JSON.stringify(hub.requests));
	if (request.url !== '/-/faults') return hub.handle(request, response);
	let body = '';
	for await (const part of request) body += part;
	hub.faults = JSON.parse(body);
	response.end();
}
