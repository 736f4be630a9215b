/** The guide's chapters on what is promised about faces and messages, and what is not. */
export function DocsPromises() {
  return (
    <>
      <section class="stack" aria-labelledby="faces">
        <h2 id="faces">What happens to your face</h2>
        <p>
          When you sign up and agree, the server finds the one face in your
          picture, measures it as a list of 128 numbers (the template), and
          keeps both under your account. When you sign in, a new picture is
          measured the same way and compared with that template only.
        </p>
        <h3>Promised</h3>
        <ul>
          <li>
            The comparison is one to one. Nobody is ever searched for by their
            face.
          </li>
          <li>
            It happens on the server, and no session exists before password and
            face have both passed.
          </li>
          <li>
            The picture you sign in with is not kept. Your face never appears in
            the chat: avatars are initials.
          </li>
          <li>
            One click in your account deletes template and picture. A code by
            e-mail takes their place, and was always possible.
          </li>
        </ul>
        <h3>Not promised</h3>
        <ul>
          <li>
            Certainty. In our measurements about one in seventy honest pictures
            was refused (try again, or use the code). No stranger passed in
            6,480 comparisons; close relatives were not measured.
          </li>
          <li>
            Protection against a good photograph or video of you held up to the
            camera. That is why the password comes first.
          </li>
        </ul>
      </section>
      <section class="stack" aria-labelledby="messages">
        <h2 id="messages">What happens to a message</h2>
        <h3>Promised</h3>
        <ul>
          <li>
            Every room has one order, the same for everyone, numbered without
            gaps.
          </li>
          <li>
            A message is shown as sent once it is stored. Sending it again after
            a lost connection does not make a second one.
          </li>
          <li>
            What you write is kept on your device until the server has it, also
            across a reload.
          </li>
          <li>
            Only members read a room. Whoever is removed is disconnected at
            once.
          </li>
        </ul>
        <h3>Not promised</h3>
        <ul>
          <li>
            End-to-end encryption. Messages travel encrypted where the address
            starts with https, and whoever runs the server can read them.
          </li>
          <li>
            That the machine they are stored on never fails. Back up its data
            folder.
          </li>
        </ul>
      </section>
    </>
  );
}
