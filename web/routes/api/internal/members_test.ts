import { assertEquals } from "@std/assert";
import { emailOf, newestCode, onStage } from "../../../http/testing/api.ts";
import { findAccountByEmail } from "../../../accounts/accounts.ts";

Deno.test(
  "realtime learns who is in a room by the token of somebody who is in it",
  onStage(async ({ app, newcomer, stranger }) => {
    const [ada, bob] = [await newcomer("Ada"), await newcomer("Bob")];
    const make = async (client: typeof ada, name: string) =>
      (await client.send("POST", "/api/chat", { name })).body.id;
    const [tea, own] = [await make(ada, "Tea"), await make(bob, "Bob’s own")];
    await ada.send("POST", "/api/invitations", {
      roomId: tea,
      email: emailOf("Bob"),
    });
    const code = newestCode(app);
    await bob.send("PATCH", "/api/invitations", { code, status: "accepted" });
    const tokenOf = async (client: typeof ada, audience = "realtime") =>
      (await client.send("POST", "/api/token", { audience })).body.token;
    const ask = async (token: string, ...ids: string[]) =>
      await stranger().send(
        "GET",
        `/api/internal/members?rooms=${ids.map(encodeURIComponent)}`,
        undefined,
        { authorization: `Bearer ${token}` },
      );
    const [one, two] = await Promise.all(
      ["Ada", "Bob"].map((name) =>
        findAccountByEmail(app.services, emailOf(name))
      ),
    );
    const { status, body } = await ask(await tokenOf(ada), tea, own, "?", "");
    assertEquals(status, 200);
    assertEquals(Object.keys(body.rooms), [tea]);
    assertEquals(body.rooms[tea].members, {
      [one!.id]: "admin",
      [two!.id]: "member",
    });
    assertEquals(Number.isSafeInteger(body.rooms[tea].version), true);
    assertEquals((await ask(await tokenOf(bob), tea, own)).body.rooms[own], {
      version: (await ask(await tokenOf(bob), own)).body.rooms[own].version,
      members: { [two!.id]: "admin" },
    });
    const wrong = [
      await tokenOf(ada, "transcriber"),
      await app.services.signer.serviceToken("realtime"),
      "nonsense",
    ];
    for (const token of wrong) {
      const refused = await ask(token, tea);
      assertEquals([refused.status, refused.body.error.code], [
        401,
        "token-invalid",
      ]);
    }
    const bare = await ada.send("GET", `/api/internal/members?rooms=${tea}`);
    assertEquals(bare.status, 401);
  }),
);

Deno.test(
  "what one person may have read is bounded",
  onStage(async ({ newcomer, stranger }) => {
    const ada = await newcomer("Ada");
    const { body } = await ada.send("POST", "/api/token", {
      audience: "realtime",
    });
    const ask = () =>
      stranger().send("GET", "/api/internal/members?rooms=", undefined, {
        authorization: `Bearer ${body.token}`,
      });
    let refused: Awaited<ReturnType<typeof ask>> | undefined;
    for (let i = 0; i < 1_000 && !refused; i++) {
      const answer = await ask();
      if (answer.status !== 200) refused = answer;
    }
    assertEquals(refused?.status, 429);
    assertEquals(refused?.body.error.code, "too-many-requests");
  }),
);
