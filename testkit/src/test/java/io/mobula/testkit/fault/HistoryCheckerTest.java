package io.mobula.testkit.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mobula.error.NodeLostException;
import io.mobula.testkit.fault.HistoryEvent.Effect;
import io.mobula.testkit.fault.HistoryEvent.Failed;
import io.mobula.testkit.fault.HistoryEvent.Invoked;
import io.mobula.testkit.fault.HistoryEvent.Succeeded;
import io.mobula.testkit.fault.Violation.Rule;
import java.util.List;
import org.junit.jupiter.api.Test;

class HistoryCheckerTest {
  private static final Operation TASK =
      Operation.of("a", "task").effects(2).expecting(4).allowing(NodeLostException.class);

  private static Operation turn(int number) {
    return Operation.of("turn-" + number, "call").effects(2).inOrder("actor", number);
  }

  private static void assertFound(Rule rule, String where, HistoryEvent... events) {
    assertThat(HistoryChecker.check(List.of(events))).singleElement().satisfies(found -> {
      assertThat(found.rule()).isEqualTo(rule);
      assertThat(found.where()).isEqualTo(where);
    });
  }

  private static void assertRight(HistoryEvent... events) {
    assertThat(HistoryChecker.check(List.of(events))).isEmpty();
  }

  @Test
  void aTaskThatRanOnceOrTwiceAndGaveItsValueIsRight() {
    var effect = new Effect("a", "1");
    assertRight(new Invoked(TASK), effect, new Succeeded("a", "4"));
    assertRight(new Invoked(TASK), new Succeeded("a", "4"), effect, effect);
  }

  @Test
  void aTaskThatEndedWithAnErrorThatItMayEndWithIsRightWhetherItBeganOrNot() {
    var lost = new Failed("a", "NodeLostException", "gone");
    assertRight(new Invoked(TASK), lost);
    assertRight(new Invoked(TASK), lost, new Effect("a", "1"), new Effect("a", "2"));
  }

  @Test
  void whatHasNoEndIsFound() {
    assertFound(Rule.NO_END, "a", new Invoked(TASK), new Effect("a", "1"));
  }

  @Test
  void whatWasUnderWayWhenItsDriverWasKilledNeedsNoEndAndAllElseIsFound() {
    var effect = new Effect("a", "1");
    assertThat(HistoryChecker.checkKilled(List.of(new Invoked(TASK), effect))).isEmpty();
    assertThat(HistoryChecker.checkKilled(List.of(new Invoked(TASK), effect, effect, effect)))
        .singleElement()
        .satisfies(found -> assertThat(found.rule()).isEqualTo(Rule.TOO_MANY_EFFECTS));
    assertThat(
            HistoryChecker.checkKilled(List.of(new Invoked(TASK), effect, new Succeeded("a", "5"))))
        .singleElement()
        .satisfies(found -> assertThat(found.rule()).isEqualTo(Rule.WRONG_VALUE));
  }

  @Test
  void aSecondEndIsFound() {
    var end = new Succeeded("a", "4");
    assertFound(Rule.TWO_ENDS, "a", new Invoked(TASK), new Effect("a", "1"), end, end);
  }

  @Test
  void aWrongValueIsFound() {
    assertFound(
        Rule.WRONG_VALUE, "a", new Invoked(TASK), new Effect("a", "1"), new Succeeded("a", "5"));
  }

  @Test
  void anErrorThatItMayNotEndWithIsFound() {
    assertFound(
        Rule.WRONG_ERROR, "a", new Invoked(TASK), new Failed("a", "TaskFailedException", "why"));
  }

  @Test
  void aValueWithoutAnEffectIsFound() {
    assertFound(Rule.NO_EFFECT, "a", new Invoked(TASK), new Succeeded("a", "4"));
  }

  @Test
  void oneEffectTooManyIsFoundWhateverItsEnd() {
    var effect = new Effect("a", "1");
    assertFound(
        Rule.TOO_MANY_EFFECTS,
        "a",
        new Invoked(TASK),
        effect,
        effect,
        effect,
        new Succeeded("a", "4"));
    assertFound(
        Rule.TOO_MANY_EFFECTS,
        "a",
        new Invoked(TASK),
        effect,
        effect,
        effect,
        new Failed("a", "NodeLostException", "gone"));
  }

  @Test
  void turnsOutOfOrderAreFoundInOnePlaceAndNotInTwo() {
    HistoryEvent[] asked = {
      new Invoked(turn(1)),
      new Invoked(turn(2)),
      new Succeeded("turn-1", ""),
      new Succeeded("turn-2", "")
    };
    assertRight(concat(asked, new Effect("turn-1", "x"), new Effect("turn-2", "x")));
    assertRight(concat(
        asked, new Effect("turn-1", "x"), new Effect("turn-2", "x"), new Effect("turn-1", "y")));
    assertFound(
        Rule.OUT_OF_ORDER,
        "turn-1",
        concat(asked, new Effect("turn-2", "x"), new Effect("turn-1", "x")));
    assertFound(
        Rule.OUT_OF_ORDER,
        "turn-1",
        concat(
            asked,
            new Effect("turn-1", "x"),
            new Effect("turn-1", "x"),
            new Effect("turn-2", "x")));
  }

  @Test
  void effectsAndEndsOfNothingAreFound() {
    assertFound(Rule.NOT_ASKED_FOR, "b", new Effect("b", "1"));
    assertFound(Rule.NOT_ASKED_FOR, "b", new Succeeded("b", "1"));
  }

  @Test
  void twoOperationsWithOneIdAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HistoryChecker.check(List.of(new Invoked(TASK), new Invoked(TASK))))
        .withMessageContaining("id a");
  }

  private static HistoryEvent[] concat(HistoryEvent[] first, HistoryEvent... second) {
    var all = new java.util.ArrayList<>(List.of(first));
    all.addAll(List.of(second));
    return all.toArray(HistoryEvent[]::new);
  }
}
