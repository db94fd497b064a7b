//! Stories told over the real HTTP port: visitor, clock, Slack, collector as verbs.
