# Mots de l'alerte `signup.form-drop-off`. Seed, section 3 : « Abandon élevé formulaire », « Perte nouveaux clients ».
title = Abandon élevé du formulaire d’inscription
message = { $lost } des { $starts } personnes qui ont commencé le formulaire d’inscription ces { $hours } dernières heures { $lost ->
    [one] est partie
   *[other] sont parties
} sans l’envoyer, soit { $percent } (le vrai taux est entre { $low } et { $high }, à 95 %). Le seuil est de { $threshold }.
impact = Perte de nouveaux clients : ces personnes voulaient s’inscrire et n’ont pas pu, ou pas voulu, aller au bout.
suggested-action = 1. Remplissez vous-même le formulaire d’inscription, sur téléphone et sur ordinateur, et envoyez-le.
    2. Cherchez le champ qui refuse : les erreurs de formulaire des dernières heures le nomment.
    3. Si un déploiement vient d’avoir lieu, revenez à la version précédente.
    4. Une fois réparé, résolvez l’alerte avec une note : ce qui s’est perdu avant ne comptera plus.
fact-rate = Partis sans envoyer
fact-rate-value = { $lost } sur { $starts } = { $percent } ({ $low } à { $high })
fact-threshold = Seuil
fact-threshold-value = plus de { $threshold } sur { $hours } h
