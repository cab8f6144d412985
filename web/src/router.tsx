import { useQuery } from "@tanstack/react-query";
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";

import { type Me, meQuery } from "./api/queries";
import { useLive } from "./live";
import { MeContext } from "./me";
import { SignIn } from "./pages/SignIn";
import { Nothing, Problem, Waiting } from "./parts/states";
import { Shell } from "./parts/Shell";
import {
  adminSearch,
  anomaliesSearch,
  approvalsSearch,
  askSearch,
  exploreSearch,
  showbackSearch,
  teamSearch,
} from "./search";

function Root() {
  const me = useQuery(meQuery);
  if (me.isError) return <SignIn error={me.error} again={() => void me.refetch()} />;
  if (me.data === undefined) return <Waiting />;
  return <SignedIn me={me.data} />;
}

function SignedIn({ me }: { me: Me }) {
  useLive();
  return (
    <MeContext value={me}>
      <Shell me={me} />
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
  component: lazyRouteComponent(() => import("./pages/Overview"), "OverviewPage"),
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
export const approvalsRoute = createRoute({
  getParentRoute: () => root,
  path: "/approvals",
  validateSearch: approvalsSearch,
  component: lazyRouteComponent(() => import("./pages/Approvals"), "ApprovalsPage"),
});
export const approvalRoute = createRoute({
  getParentRoute: () => root,
  path: "/approvals/$id",
  component: lazyRouteComponent(() => import("./pages/Approval"), "ApprovalPage"),
});
export const budgetsRoute = createRoute({
  getParentRoute: () => root,
  path: "/budgets",
  component: lazyRouteComponent(() => import("./pages/Budgets"), "BudgetsPage"),
});
export const budgetRoute = createRoute({
  getParentRoute: () => root,
  path: "/budgets/$name",
  component: lazyRouteComponent(() => import("./pages/BudgetOne"), "BudgetPage"),
});
export const showbackRoute = createRoute({
  getParentRoute: () => root,
  path: "/showback",
  validateSearch: showbackSearch,
  component: lazyRouteComponent(() => import("./pages/Showback"), "ShowbackPage"),
});
export const adminRoute = createRoute({
  getParentRoute: () => root,
  path: "/admin",
  validateSearch: adminSearch,
  component: lazyRouteComponent(() => import("./pages/Admin"), "AdminPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    overviewRoute,
    exploreRoute,
    askRoute,
    anomaliesRoute,
    anomalyRoute,
    savingsRoute,
    approvalsRoute,
    approvalRoute,
    budgetsRoute,
    budgetRoute,
    showbackRoute,
    adminRoute,
  ]),
  defaultPreload: "intent",
  defaultPendingComponent: () => <Waiting />,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
