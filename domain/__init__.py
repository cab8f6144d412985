"""What an insight, a budget, a subscription, a flow request, freshness and a
KPI are: the rules that both the bot and the flows obey.
"""
