"""What the network is taught: to know animal from other, and cat from dog by labels and by the teacher."""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from torch import Tensor

OTHER = 2
TEMPERATURE = 2.0
TEACHER_SHARE = 0.75


def catdog_loss(logits: Tensor, labels: Tensor, teacher: Tensor) -> Tensor:
    """Return the mean loss of a batch.

    The cross-entropy of three classes is split in two: whether the picture is `other` (outlier exposure,
    Hendrycks et al. 2019), and cat against dog given that it is not. Where the teacher has spoken (`teacher`
    is its dog logit, else NaN) three quarters of the second part follow it at temperature 2 (Hinton et al.
    2015); `other` is never taken from the teacher.
    """
    is_other = labels == OTHER
    animal = torch.logsumexp(logits[:, :OTHER], dim=1)
    other_margin = logits[:, OTHER] - animal
    group = functional.binary_cross_entropy_with_logits(other_margin, is_other.float())

    margin = logits[:, 1] - logits[:, 0]
    label_loss = functional.binary_cross_entropy_with_logits(margin, (labels == 1).float(), reduction="none")
    taught = ~torch.isnan(teacher)
    soft = torch.sigmoid(torch.nan_to_num(teacher) / TEMPERATURE)
    cross = functional.binary_cross_entropy_with_logits(margin / TEMPERATURE, soft, reduction="none")
    entropy = functional.binary_cross_entropy(soft, soft, reduction="none")
    teacher_loss = TEMPERATURE**2 * (cross - entropy)
    share = TEACHER_SHARE * taught.float()
    pair = (1.0 - share) * label_loss + share * teacher_loss
    return group + (pair * ~is_other).sum() / len(labels)
