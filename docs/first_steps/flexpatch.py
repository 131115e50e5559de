"""FlexPatch: load samples of tracking quality, look at them, train a small tree and rate it on held-out ones.

python docs/first_steps/flexpatch.py results
"""

import sys
from pathlib import Path

from matplotlib.figure import Figure
from sklearn.metrics import recall_score
from sklearn.tree import DecisionTreeClassifier

from framewright.flexpatch import load_samples

results = Path(sys.argv[1] if len(sys.argv) > 1 else "results") / "flexpatch"
samples = load_samples(results)
train, held_out = samples.split()  # by video or time, never by row
print(f"{len(train)} samples to learn from, {len(held_out)} to rate on")

figure = Figure(figsize=(8, 4))
axes = figure.subplots()
for label in ("high", "medium", "low"):
    axes.hist(train.features[train.labels == label, 1], bins=40, histtype="step", density=True, label=label)
axes.set_xlabel("correlation with the object as it was detected")
axes.legend()
figure.savefig("first_steps_flexpatch.png")

tree = DecisionTreeClassifier(max_depth=5, class_weight="balanced", random_state=0)
tree.fit(train.features, train.labels)
recall = recall_score(held_out.labels, tree.predict(held_out.features), average=None, labels=tree.classes_)
print(", ".join(f"recall of {label} {value:.2f}" for label, value in zip(tree.classes_, recall, strict=True)))
