"""From a delivery of bills or usage to stored rows."""
