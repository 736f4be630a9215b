/** The guide's chapter on what is promised about messages, and what is not. */
export function DocsPromises() {
  return (
    <section class="stack" aria-labelledby="messages">
      <h2 id="messages">What happens to a message</h2>
      <h3>Promised</h3>
      <ul>
        <li>
          Every room has one order, the same for everyone, numbered without
          gaps.
        </li>
        <li>
          A message is shown as sent once it is stored. Sending it again after a
          lost connection does not make a second one.
        </li>
        <li>
          What you write, change or delete is kept on your device until the
          server has it, also across a reload. It is sent in the order in which
          you wrote it, from whatever page you are on, also when you write in
          several tabs. What you send from two devices at a time is stored in
          the order in which it arrives.
        </li>
        <li>
          Only members read a room. Whoever is removed is disconnected at once.
        </li>
        <li>
          If an admin deletes what you wrote, the activity of your account says
          who it was.
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
  );
}
