"""scikit-learn's own checks of an estimator."""

from sklearn.utils.estimator_checks import parametrize_with_checks

from sparring import Detector, Synthesizer


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


WATCHING = Detector(TINY, contamination=0.5, heldout=0.3)
ON_ITEMS_IT_KNOWS = "the threshold is set on items that the model didn't see, not on all of them"
TOO_FEW = "its 10 or 12 rows are refused, since some are kept from the model"
NOT_ITS = {
    **NOT_OURS,
    "check_outliers_train": ON_ITEMS_IT_KNOWS,
    "check_outliers_fit_predict": ON_ITEMS_IT_KNOWS,
    "check_fit2d_1feature": TOO_FEW,
    "check_classifier_data_not_an_array": TOO_FEW,
    "check_methods_subset_invariance": "sums in float32 differ at the eighth digit",
}


@parametrize_with_checks([WATCHING], expected_failed_checks=lambda estimator: NOT_ITS)
def test_the_contract_of_detectors(estimator, check):
    check(estimator)
