// Mantine's looks for the router's links: createLink needs components whose props are not polymorphic.
import { Anchor, type AnchorProps, Button, type ButtonProps, NavLink, type NavLinkProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, Ref } from "react";

type Own<P> = Omit<P, "href"> &
  Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof P | "href"> & { ref?: Ref<HTMLAnchorElement> };

export const LinkAnchor = createLink((props: Own<AnchorProps>) => <Anchor {...props} />);
export const LinkButton = createLink((props: Own<ButtonProps>) => <Button component="a" {...props} />);
export const LinkNav = createLink((props: Own<NavLinkProps>) => <NavLink component="a" {...props} />);
