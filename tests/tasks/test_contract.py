"""scikit-learn's own checks of an estimator."""

from sklearn.utils.estimator_checks import parametrize_with_checks

from sparring import Synthesizer


class Unlabelled(Synthesizer):
    """scikit-learn hands every estimator a y; ours refuses labels of numbers, so it is dropped."""

    def fit(self, X, y=None):
        return super().fit(X)


TINY = Unlabelled(steps=2, width=8, batch_size=8, latent=2, alarms=False, previews=False)
NOT_OURS = {
    "check_dtype_object": "arrays of objects are refused: the columns of a DataFrame have types",
    "check_estimators_empty_data_messages": "refused, in a sentence of ours, not in that one",
    "check_fit2d_1sample": "refused, in a sentence of ours that speaks of rows",
}


@parametrize_with_checks([TINY], expected_failed_checks=lambda estimator: NOT_OURS)
def test_the_contract(estimator, check):
    check(estimator)
