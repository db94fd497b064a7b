# Words of the alert `signup.form-drop-off`. Seed, section 3: "Abandon élevé formulaire", "Perte nouveaux clients".
title = Many people give up the sign-up form
message = { $lost } of the { $starts } people who began the sign-up form in the last { $hours } hours left without sending it, { $percent } (the true rate lies between { $low } and { $high }, at 95%). The threshold is { $threshold }.
impact = New customers are lost: these people wanted to sign up and could not, or would not, go through with it.
suggested-action = 1. Fill in the sign-up form yourself, on a phone and on a computer, and send it.
    2. Look for the field that refuses: the form errors of the last hours name it.
    3. If something was just deployed, go back to the version before.
    4. Once repaired, resolve the alert with a note: what was lost before will no longer count.
fact-rate = Left without sending
fact-rate-value = { $lost } of { $starts } = { $percent } ({ $low } to { $high })
fact-threshold = Threshold
fact-threshold-value = more than { $threshold } over { $hours } h
