/** Every attack there is. */
import type { Attack } from "./attack.ts";
import { access } from "./kinds/access.ts";
import { accounts } from "./kinds/accounts.ts";
import { addresses } from "./kinds/addresses.ts";
import { bombs } from "./kinds/bombs.ts";
import { costly } from "./kinds/costly.ts";
import { crossSite } from "./kinds/cross-site.ts";
import { crowds } from "./kinds/crowds.ts";
import { erasing } from "./kinds/erasing.ts";
import { factors } from "./kinds/factors.ts";
import { forms, queries } from "./kinds/forms.ts";
import { guessing } from "./kinds/guessing.ts";
import { hints } from "./kinds/hints.ts";
import { hostilePages } from "./kinds/hostile-pages.ts";
import { injection } from "./kinds/injection.ts";
import { invitations } from "./kinds/invitations.ts";
import { leftovers } from "./kinds/leftovers.ts";
import { links } from "./kinds/links.ts";
import { liveness } from "./kinds/liveness.ts";
import { memory } from "./kinds/memory.ts";
import { openness } from "./kinds/openness.ts";
import { passkeys } from "./kinds/passkeys.ts";
import { paths } from "./kinds/paths.ts";
import { photos } from "./kinds/photos.ts";
import { previews } from "./kinds/previews.ts";
import { people } from "./kinds/people.ts";
import { oracles } from "./kinds/oracles.ts";
import { packed } from "./kinds/packed.ts";
import { push } from "./kinds/push.ts";
import { resets } from "./kinds/resets.ts";
import { shown } from "./kinds/shown.ts";
import { races } from "./kinds/races.ts";
import { services } from "./kinds/services.ts";
import { sockets } from "./kinds/sockets.ts";
import { spoofing } from "./kinds/spoofing.ts";
import { texts } from "./kinds/texts.ts";
import { timing } from "./kinds/timing.ts";
import { tokens } from "./kinds/tokens.ts";

export const ATTACKS: Attack[] = [
  ...access,
  ...services,
  ...accounts,
  ...factors,
  ...passkeys,
  ...sockets,
  ...tokens,
  ...crossSite,
  ...addresses,
  ...injection,
  ...races,
  ...people,
  ...spoofing,
  ...paths,
  ...bombs,
  ...forms,
  ...queries,
  ...crowds,
  ...erasing,
  ...memory,
  ...openness,
  ...photos,
  ...liveness,
  ...links,
  ...invitations,
  ...guessing,
  ...timing,
  ...leftovers,
  ...costly,
  ...texts,
  ...previews,
  ...hostilePages,
  ...hints,
  ...oracles,
  ...packed,
  ...push,
  ...resets,
  ...shown,
];
