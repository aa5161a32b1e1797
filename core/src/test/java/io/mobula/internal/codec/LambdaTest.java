package io.mobula.internal.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.error.CodecException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Test of functions as values: encoding, signature, and isolation from their caller. */
class LambdaTest {
  private final Codec codec = Codec.create(CodecOptions.defaults());

  interface Fn1<A, R> extends Function<A, R>, Serializable {}

  interface Fn2<A, B, R> extends BiFunction<A, B, R>, Serializable {}

  interface SerializableSupplier<R> extends Supplier<R>, Serializable {}

  static final class Adder implements Fn1<Integer, Integer> {
    int more = 2;

    @Override
    public Integer apply(Integer value) {
      return value + more;
    }
  }

  static int square(int value) {
    return value * value;
  }

  private int times = 3;

  @SuppressWarnings("unchecked")
  private <T> T copy(T value) {
    return (T) codec.decode(codec.encode(value).detached());
  }

  static String text(Object value) {
    return "<" + value + ">";
  }

  private String tagged(Object value) {
    return times + text(value);
  }

  @Test
  void tellsOneMethodApartThatIsUsedAsFunctionsOfSeveralTypes() {
    Fn1<List<String>, String> ofList = LambdaTest::text;
    Fn1<Integer, String> ofInteger = LambdaTest::text;
    Fn1<Object, String> ofObject = LambdaTest::text;
    assertThat(copy(ofList).apply(List.of("a"))).isEqualTo("<[a]>");
    assertThat(copy(ofInteger).apply(7)).isEqualTo("<7>");
    assertThat(copy(copy(ofObject)).apply("x")).isEqualTo("<x>");
    assertThat(copy(copy(ofInteger)).apply(8)).isEqualTo("<8>");
  }

  @Test
  @SuppressWarnings("CollectionIncompatibleType") // the requested key does not matter
  void andWhereItIsBoundOrTakesItsReceiver() {
    var list = new ArrayList<>(List.of(1));
    Fn1<String, Boolean> hasText = list::contains;
    Fn1<Integer, Boolean> hasNumber = list::contains;
    Fn2<LambdaTest, String, String> tagText = LambdaTest::tagged;
    Fn2<LambdaTest, Integer, String> tagNumber = LambdaTest::tagged;
    assertThat(copy(hasText).apply("1")).isFalse();
    assertThat(copy(hasNumber).apply(1)).isTrue();
    assertThat(copy(tagText).apply(this, "a")).isEqualTo("3<a>");
    assertThat(copy(tagNumber).apply(this, 4)).isEqualTo("3<4>");
  }

  @Test
  void copiesLambdasAndMethodReferences() {
    List<Integer> captured = new ArrayList<>(List.of(1, 2));
    int number = 5;
    Fn1<Integer, Integer> square = LambdaTest::square;
    Fn1<String, Integer> length = String::length;
    Fn1<Integer, Boolean> bound = captured::contains;
    SerializableSupplier<List<String>> constructor = ArrayList::new;
    Fn1<Integer, int[]> array = int[]::new;
    Fn1<Integer, Integer> lambda = value -> value + number + captured.size();
    Fn1<Fn1<Integer, Integer>, Integer> nested = function -> function.apply(1) + lambda.apply(1);

    assertThat(copy(square).apply(4)).isEqualTo(16);
    assertThat(copy(length).apply("four")).isEqualTo(4);
    assertThat(copy(bound).apply(2)).isTrue();
    assertThat(copy(constructor).get()).isEmpty();
    assertThat(copy(array).apply(3)).hasSize(3);
    assertThat(copy(lambda).apply(1)).isEqualTo(8);
    assertThat(copy(nested).apply(copy(square))).isEqualTo(9);
  }

  @Test
  void capturesPrimitivesOfAllKindsAndThis() {
    byte b = 1;
    short s = 2;
    char c = 'c';
    long l = 4;
    float f = 5;
    double d = 6;
    boolean z = true;
    SerializableSupplier<String> all = () -> "" + b + s + c + l + f + d + z;
    record Scaler(int by) {
      Fn1<Integer, Integer> scale() {
        return value -> value * by;
      }
    }

    assertThat(copy(all).get()).isEqualTo(all.get());
    assertThat(copy(new Scaler(4).scale()).apply(2)).isEqualTo(8);
  }

  @Test
  void sharesWhatTwoLambdasCapture() {
    List<Integer> shared = new ArrayList<>();
    SerializableSupplier<List<Integer>> left = () -> shared;
    SerializableSupplier<List<Integer>> right = () -> shared;

    List<SerializableSupplier<List<Integer>>> back = copy(new ArrayList<>(List.of(left, right)));

    assertThat(back.get(0).get()).isSameAs(back.get(1).get()).isNotSameAs(shared);
  }

  @Test
  void tellsTheShapeOfAFunction() {
    int number = 5;
    Fn1<Integer, Integer> square = LambdaTest::square;
    Fn2<Adder, Integer, Integer> unbound = Adder::apply;
    SerializableSupplier<Adder> constructor = Adder::new;
    Fn1<String, Integer> lambda = text -> text.length() + number;

    assertThat(Codec.signatureOf(square))
        .isEqualTo(
            new FunctionSignature(LambdaTest.class.getName(), "square", List.of(Integer.class), 0));
    assertThat(Codec.signatureOf(square).displayName()).isEqualTo("LambdaTest.square");
    assertThat(Codec.signatureOf(unbound).parameterTypes())
        .containsExactly(Adder.class, Integer.class);
    assertThat(Codec.signatureOf(unbound).displayName()).isEqualTo("Adder.apply");
    assertThat(Codec.signatureOf(constructor).displayName()).isEqualTo("Adder.new");
    assertThat(Codec.signatureOf(lambda).capturedCount()).isEqualTo(1);
    assertThat(Codec.signatureOf(lambda).displayName())
        .isEqualTo("LambdaTest.tellsTheShapeOfAFunction.lambda");
    assertThat(Codec.signatureOf(new Adder()))
        .isEqualTo(new FunctionSignature(Adder.class.getName(), "", List.of(), 0));
    assertThat(Codec.signatureOf(new Adder()).displayName()).isEqualTo("Adder");
    assertThat(Codec.signatureOf(square)).isSameAs(Codec.signatureOf(square));
  }

  @Test
  void isolatesOnlyWhatCapturesSomethingThatCanChange() {
    List<Integer> list = new ArrayList<>(List.of(1));
    double[] numbers = new double[1000];
    String text = "t";
    Fn1<Integer, Integer> stateless = LambdaTest::square;
    SerializableSupplier<String> immutable = () -> text;
    SerializableSupplier<Integer> mutable = () -> list.size() + (int) numbers[0];

    assertThat(codec.isIsolated(stateless)).isTrue();
    assertThat(codec.isIsolated(immutable)).isTrue();
    assertThat(codec.isIsolated(mutable)).isFalse();
    SerializableSupplier<Integer> apart = copyOf(mutable);
    list.add(2);
    numbers[0] = 7;
    assertThat(apart).isNotSameAs(mutable);
    assertThat(apart.get()).isEqualTo(1);
    assertThat(mutable.get()).isEqualTo(9);
  }

  @Test
  void isolatesFunctionsThatAreOrdinaryObjects() {
    Adder adder = new Adder();

    assertThat(codec.isIsolated(adder)).isFalse();
    Adder apart = copyOf(adder);
    adder.more = 100;

    assertThat(apart.apply(1)).isEqualTo(3);
  }

  @Test
  void namesThisWhereALambdaCapturesIt() {
    SerializableSupplier<Integer> usesThis = () -> times;

    assertThatThrownBy(() -> codec.encode(usesThis))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("lambda.this.codec.")
        .hasMessageContaining("its superclass java.lang.ClassValue is not Serializable");
  }

  @SuppressWarnings("unchecked")
  private <F> F copyOf(F function) {
    return (F) codec.decode(codec.encode(function).detached());
  }
}
