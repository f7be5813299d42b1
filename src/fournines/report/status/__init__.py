"""How a site stands at a glance: what is asked for it, the pure judgement of the answers, and the screen."""
