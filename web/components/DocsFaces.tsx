import type { Config } from "../config.ts";
import type { FaceEngine } from "../services.ts";

/** What each engine does with a face, and how sure it is. */
const ENGINES: Record<FaceEngine["name"], { does: string; certainty: string }> =
  {
    local: {
      does:
        "When you store your face and agree, the server finds the one face in your photo, measures it as a list of 512 numbers (the template), and keeps both under your account. When you sign in, a new photo is measured the same way and compared with that template only.",
      certainty:
        "Certainty. A face is no proof of identity: people who look alike can pass for one another, twins and close relatives most easily. On public photos a stranger matched in one of 39,000 tries, of people who looked alike more often (among East Asians one of 2,500), and the right person was not clear in 7 of 100; selfies and relatives were not measured. A photo that matches but not clearly needs a code by e-mail as well.",
    },
    rekognition: {
      does:
        "When you store your face and agree, the server sends your photo to Amazon Rekognition, which looks whether one clear face is in it, and keeps it in Amazon S3 under your account. When you sign in, Rekognition compares a new photo with that one only.",
      certainty:
        "Certainty. Some honest photos are refused (try again, or use the code), and we have not measured how many, nor how often Rekognition takes one person for another.",
    },
  };

/** What a liveness check adds to that. */
const CHECKS: Record<
  Config["faceLiveness"],
  { does: string; photos: string; certainty: string; against: string }
> = {
  off: {
    does: "",
    photos: "The photo you sign in with is not kept here.",
    certainty: "",
    against:
      "Protection against a good photo or video of you held up to the camera.",
  },
  turn: {
    does:
      "A second photo, with your head turned to a side chosen at random, must show the same person.",
    photos: "The photos you sign in with are not kept here.",
    certainty:
      "How many honest turns of the head are refused we have not measured.",
    against:
      "Protection against a photo of you. Turning your head shows that a picture of you is at hand, no more: one print of you, held at a slant, bent or mirrored in front of the camera, has passed this check, and so do a video of you and a program that turns your head.",
  },
};

/** The guide's chapter on faces: what is done, promised and not promised. */
export function DocsFaces({ engine, liveness, signIn }: {
  engine: FaceEngine["name"];
  liveness: Config["faceLiveness"];
  signIn: Config["faceSignIn"];
}) {
  const { does, certainty } = ENGINES[engine];
  const check = CHECKS[liveness];
  return (
    <section class="stack" aria-labelledby="faces">
      <h2 id="faces">What happens to your face</h2>
      {signIn === "off" && (
        <p>
          This server stores no new faces. Those from before work as described
          here until they are deleted.
        </p>
      )}
      <p>{does} {check.does}</p>
      <h3>Promised</h3>
      <ul>
        <li>
          The comparison is one to one. Nobody is ever searched for by their
          face.
        </li>
        <li>
          It happens before any session exists: password and face must both have
          passed.
        </li>
        <li>
          {check.photos}{" "}
          What is stored of your face never appears in the chat: others see your
          initials, or a picture you chose for them.
        </li>
        <li>
          While you fit your face into the camera, small pictures of it go to
          this server, once you have agreed: it tells how to stand, compares
          them with nothing, and keeps none.
        </li>
        <li>
          If a form comes back because of another field, your photo waits in the
          server’s memory for at most 10 minutes, so that you need not take it
          again. It is encrypted, and only your form has the key.
        </li>
        <li>
          You can delete what was stored in your account, with your password,
          within 10 minutes of signing in. You then sign in with a passkey or an
          e-mail code.
        </li>
      </ul>
      <h3>Not promised</h3>
      <ul>
        <li>{certainty} {check.certainty}</li>
        <li>
          {check.against} That is why the password comes first.
        </li>
      </ul>
    </section>
  );
}
