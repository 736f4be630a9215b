/** Where a page of something begins that is listed newest first: `?before=`, if it can be an id. */
export function pageBefore(url: URL): string | undefined {
  const before = url.searchParams.get("before") ?? "";
  return /^[\w-]{1,60}$/.test(before) ? before : undefined;
}
