import { useQuery } from "@tanstack/react-query";
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";

import { meQuery } from "./api/queries";
import { MeContext } from "./me";
import { OverviewPage } from "./pages/Overview";
import { SignIn } from "./pages/SignIn";
import { Nothing, Problem, Waiting } from "./parts/states";
import { Shell } from "./parts/Shell";
import { anomaliesSearch, askSearch, exploreSearch, teamSearch } from "./search";

function Root() {
  const me = useQuery(meQuery);
  if (me.isError) return <SignIn error={me.error} again={() => void me.refetch()} />;
  if (me.data === undefined) return <Waiting />;
  return (
    <MeContext value={me.data}>
      <Shell me={me.data} />
    </MeContext>
  );
}

const root = createRootRoute({
  component: Root,
  errorComponent: ({ error }) => <Problem error={error} />,
  notFoundComponent: () => <Nothing>There is no such page.</Nothing>,
});

export const overviewRoute = createRoute({
  getParentRoute: () => root,
  path: "/",
  validateSearch: teamSearch,
  component: OverviewPage,
});
export const exploreRoute = createRoute({
  getParentRoute: () => root,
  path: "/explore",
  validateSearch: exploreSearch,
  component: lazyRouteComponent(() => import("./pages/Explore"), "ExplorePage"),
});
export const askRoute = createRoute({
  getParentRoute: () => root,
  path: "/ask",
  validateSearch: askSearch,
  component: lazyRouteComponent(() => import("./pages/Ask"), "AskPage"),
});
export const anomaliesRoute = createRoute({
  getParentRoute: () => root,
  path: "/anomalies",
  validateSearch: anomaliesSearch,
  component: lazyRouteComponent(() => import("./pages/Anomalies"), "AnomaliesPage"),
});
export const anomalyRoute = createRoute({
  getParentRoute: () => root,
  path: "/anomalies/$id",
  component: lazyRouteComponent(() => import("./pages/Anomaly"), "AnomalyPage"),
});
export const savingsRoute = createRoute({
  getParentRoute: () => root,
  path: "/savings",
  validateSearch: teamSearch,
  component: lazyRouteComponent(() => import("./pages/Savings"), "SavingsPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([overviewRoute, exploreRoute, askRoute, anomaliesRoute, anomalyRoute, savingsRoute]),
  defaultPreload: false,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
