# Ce que disent les messages, quelle que soit l'alerte.
severity-info = Info
severity-warning = Avertissement
severity-critical = Critique
severity-emergency = Urgence
heading = { $severity } · { $site } · { $title }
heading-resolved = Résolu · { $site } · { $title }
resolved-by-clock = C’est réparé : depuis une heure, tout est revenu nettement sous le seuil. L’alerte, ouverte pendant { $open }, est close d’elle-même.
resolved-by-hand = { $by } a résolu l’alerte, ouverte pendant { $open }.
resolved-by-hand-with-note = { $by } a résolu l’alerte, ouverte pendant { $open } : « { $note } »
impact = Impact
suggested-action = Que faire
link = Voir l’alerte
footer = { $check } · vu { $occurrences } fois
duration-minutes = { $minutes } min
duration-hours = { $hours } h { $minutes }
duration-days = { $days } j { $hours } h
