"""From a query to SQL, as expression trees."""
