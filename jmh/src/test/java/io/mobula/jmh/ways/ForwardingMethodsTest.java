package io.mobula.jmh.ways;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ForwardingMethodsTest {
  /** Class with methods of all kinds. */
  static final class Caller {
    private final ForwardedWork other;
    private int calls;

    Caller(ForwardedWork other) {
      this.other = other;
    }

    ForwardedWork other() {
      return other;
    }

    long passesAll(int one, long two) {
      return other.work(one, two);
    }

    void dropsTheResult(int one, long two) {
      other.work(one, two);
    }

    long fetchesByAnAccessor(int one, long two) {
      return other().work(one, two);
    }

    int returnsWhatAnotherFileHas() {
      return other().number();
    }

    static long callsAParameter(ForwardedWork other, int one, long two) {
      return other.work(one, two);
    }

    long addsAConstant(int one) {
      return other.work(one, 2);
    }

    long addsAField(long two) {
      return other.work(calls, two);
    }

    long changesTheResult(int one, long two) {
      return other.work(one, two) + 1;
    }

    void callsTwice(int one, long two) {
      other.work(one, two);
      other.work(one, two);
    }

    void counts(int one, long two) {
      calls++;
      other.work(one, two);
    }

    long branches(int one, long two) {
      return one > 0 ? other.work(one, two) : 0;
    }

    long catches(int one, long two) {
      try {
        return other.work(one, two);
      } catch (IllegalStateException e) {
        throw e;
      }
    }

    int staysInItsFile(int one) {
      return same(one);
    }

    private int same(int one) {
      return one + calls;
    }

    String callsTheJdk(String text) {
      return text.strip();
    }
  }

  @Test
  void findsTheMethodsThatOnlyHandOn() throws IOException {
    var models = Map.of(
        Caller.class.getName(), model(Caller.class),
        ForwardedWork.class.getName(), model(ForwardedWork.class));
    var forwarding = new ForwardingMethods(models);
    var found = new ArrayList<String>();
    for (var method : model(Caller.class).methods()) {
      var name = method.methodName().stringValue();
      if (forwarding.handsOn(
          new TracedMethod(Caller.class.getName(), name, method.methodType().stringValue()))) {
        found.add(name);
      }
    }

    assertThat(found)
        .containsExactlyInAnyOrder(
            "passesAll",
            "dropsTheResult",
            "fetchesByAnAccessor",
            "callsAParameter",
            "returnsWhatAnotherFileHas");
  }

  private static ClassModel model(Class<?> type) throws IOException {
    var name = type.getName().replace('.', '/') + ".class";
    try (var bytes = type.getClassLoader().getResourceAsStream(name)) {
      return ClassFile.of().parse(bytes.readAllBytes());
    }
  }
}
