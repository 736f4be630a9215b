/** A link of an e-mail that has done its work, or was left too long. */
export const LinkOver = ({ why }: { why?: string }) => (
  <>
    <h1>This link has expired</h1>
    <p>{why}</p>
    <p class="actions">
      <a class="button" href="/">Go to the home page</a>
    </p>
  </>
);
