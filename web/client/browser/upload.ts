export interface Sending {
  cancel(): void;
}

const UNSENT = "It did not arrive. Check your connection.";

/** Sends a file to a room. It is ended with the file's id, or with a sentence for a person. */
export function upload(
  room: string,
  file: File,
  onProgress: (done: number) => void,
): Sending & { ended: Promise<string> } {
  // Fetch does not tell how much has gone.
  const request = new XMLHttpRequest();
  const { promise: ended, resolve, reject } = Promise.withResolvers<string>();
  const fail = () => reject(new Error(UNSENT));
  request.upload.onprogress = ({ loaded, total }) =>
    onProgress(total ? loaded / total : 0);
  request.onload = () => {
    const { id, error } = request.response ?? {};
    if (id) resolve(id);
    else reject(new Error(error?.message ?? UNSENT));
  };
  request.onerror = request.onabort = fail;
  request.open(
    "POST",
    `/api/rooms/${room}/files?name=${encodeURIComponent(file.name)}`,
  );
  request.responseType = "json";
  request.setRequestHeader("content-type", "application/octet-stream");
  request.send(file);
  return { ended, cancel: () => request.abort() };
}
