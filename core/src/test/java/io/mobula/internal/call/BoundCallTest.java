package io.mobula.internal.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.Fn1;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.error.TaskFailedException;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.CodecOptions;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreOptions;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.store.ObjectStore;
import io.mobula.spi.RemoteFunction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Test of calls between their binding and their release, on one node. */
class BoundCallTest {
  private static final Codec CODEC =
      Codec.create(CodecOptions.defaults().withExternalTypes(ObjectRef.class));
  private static final RemoteFunction SUM = arguments -> {
    int sum = 0;
    for (var argument : arguments) {
      sum += (Integer) argument;
    }
    return sum;
  };

  @TempDir
  Path directory;

  private SharedStore memory;
  private ObjectStore store;
  private CallBinder binder;

  @BeforeEach
  void open() {
    memory = SharedStore.open(new StoreOptions(directory, 4 << 20, 1 << 20, false));
    store = new ObjectStore(
        new NodeId(1),
        CODEC,
        memory,
        new ObjectStore.Limits(1024, Duration.ofSeconds(5)),
        Runnable::run);
    binder = new CallBinder(store, CODEC, 1024);
  }

  @AfterEach
  void close() {
    store.close();
    memory.close();
  }

  private ObjectEntry pending() {
    return store.createPending(store.nextTask(), 0, null).retain();
  }

  private BoundCall call(Object... arguments) {
    return new BoundCall(SUM, arguments, store, 0, CallLogContext.ofThread());
  }

  private static ObjectContent value(int number) {
    return new ObjectContent.Immediate(number);
  }

  @Test
  void isReadyOnceTheLastArgumentHasItsOutcome() throws Exception {
    var first = pending();
    var second = pending();
    var call = call(value(1), first, second);
    var ready = new ArrayList<String>();
    call.whenReady(() -> ready.add("ready"));
    assertThat(call.isReady()).isFalse();
    assertThat(call.missingArguments()).containsExactly(first, second);
    assertThat(call.describeMissing()).isEqualTo(first.id() + ", " + second.id());

    second.complete(value(20));
    assertThat(ready).isEmpty();
    assertThat(call.missingArguments()).containsExactly(first);
    first.complete(value(300));
    assertThat(ready).containsExactly("ready");
    assertThat(call.isReady()).isTrue();
    assertThat(call.failedArgument()).isNull();
    assertThat(call.invoke()).isEqualTo(321);
  }

  @Test
  void aCallWithoutRefsIsReadyAtOnce() {
    var ready = new ArrayList<String>();
    call(value(1), value(2)).whenReady(() -> ready.add("with values"));
    call().whenReady(() -> ready.add("with nothing"));
    assertThat(ready).containsExactly("with values", "with nothing");
  }

  @Test
  void aReleasedCallHearsOfNoArgumentAnyMore() {
    var late = pending();
    late.retain();
    var call = call(late);
    var ready = new ArrayList<String>();
    call.whenReady(() -> ready.add("ready"));
    call.release();
    late.complete(value(1));
    assertThat(ready).isEmpty();
  }

  @Test
  void theFirstFailedArgumentIsTheReason() {
    var failed = pending();
    var reason = new ObjectFailure(() -> new TaskFailedException("lost on the way", null));
    var call = call(value(1), failed);
    failed.fail(reason);
    assertThat(call.isReady()).isTrue();
    assertThat(call.failedArgument()).isSameAs(reason);
  }

  @Test
  void aLongListOfMissingArgumentsIsCut() {
    var many = new Object[100];
    for (int i = 0; i < many.length; i++) {
      many[i] = pending();
    }
    var text = call(many).describeMissing();
    assertThat(text).startsWith(((ObjectEntry) many[0]).id() + ", ").endsWith(" more");
    int named = text.split(", ").length;
    assertThat(text).endsWith(" and " + (many.length - named) + " more").hasSizeLessThan(500);
  }

  @Test
  void aLoanEndsWithTheCallOrAtOnceIfThatHasEnded() {
    var ended = new ArrayList<String>();
    var call = call();
    call.onRelease(() -> ended.add("first"));
    assertThat(ended).isEmpty();
    call.release();
    assertThat(ended).containsExactly("first");
    call.onRelease(() -> ended.add("late"));
    assertThat(ended).containsExactly("first", "late");
  }

  @Test
  void argumentsAreCopiedWhenTheyAreBound() throws Exception {
    var numbers = new ArrayList<>(List.of(1, 2));
    Fn1<List<Integer>, Integer> size = List::size;
    var call = binder.bind(size, List.of(numbers));
    numbers.add(3);
    assertThat(call.invoke()).isEqualTo(2);
  }
}
