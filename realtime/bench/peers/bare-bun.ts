// The limit: Bun publishes what it gets, as a frame of the product's size, and does no more.
const server = Bun.serve<{ room: string }>({
  port: 0,
  fetch(request, server) {
    const room = new URL(request.url).searchParams.get("room") ?? "";
    return server.upgrade(request, { data: { room } })
      ? undefined
      : new Response(null, { status: 400 });
  },
  websocket: {
    perMessageDeflate: false,
    open(socket) {
      socket.subscribe(socket.data.room);
    },
    message(socket, data) {
      const { room } = socket.data;
      const at = `"roomId":"${room}","epoch":"1700000000000","offset":100000`;
      const message = String(data).slice(1, -1);
      server.publish(
        room,
        `{"event":"new-message",${at},"message":{"id":"1700000000000-100000","offset":100000,${message},"sender":{"id":"person-1000","name":"Person 1000"},"timestamp":1700000000000}}`,
      );
    },
  },
});
console.log(server.port);
