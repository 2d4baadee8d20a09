/** Every page is a file: any static host will do, under any base path. */
export const prerender = true;
export const trailingSlash = 'always';
