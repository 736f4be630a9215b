import { Avatar } from "./Avatar.tsx";

/** Where the picture that somebody chose is. */
const pictureAddress = (id: string, picture: string): string =>
  `/people/${id}/picture?v=${picture}`;

/** The picture somebody chose, or their initials. Their name is always written beside it. */
export function PersonAvatar({ person, large }: {
  person: { id: string; name: string; picture?: string };
  large?: boolean;
}) {
  const { id, name, picture } = person;
  if (!picture) return <Avatar id={id} name={name} large={large} />;
  return (
    <img
      class={large ? "avatar avatar-large" : "avatar"}
      src={pictureAddress(id, picture)}
      alt=""
      loading="lazy"
    />
  );
}
