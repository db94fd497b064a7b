# What the messages say, whatever the alert.
severity-info = Info
severity-warning = Warning
severity-critical = Critical
severity-emergency = Emergency
heading = { $severity } · { $site } · { $title }
heading-resolved = Resolved · { $site } · { $title }
resolved-by-clock = Repaired: for an hour everything has been well under the threshold again. The alert was open for { $open } and closes by itself.
resolved-by-hand = { $by } resolved the alert, which was open for { $open }.
resolved-by-hand-with-note = { $by } resolved the alert, which was open for { $open }: “{ $note }”
impact = Impact
suggested-action = What to do
link = See the alert
footer = { $check } · seen { $occurrences ->
    [one] once
   *[other] { $occurrences } times
}
duration-minutes = { $minutes } min
duration-hours = { $hours } h { $minutes }
duration-days = { $days } d { $hours } h
