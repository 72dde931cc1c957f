"""The gate: assessments against an organisation's rules, with waivers."""
