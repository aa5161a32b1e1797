package io.mobula.contract;

import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import io.mobula.CheckpointedActor;
import io.mobula.Fn0;
import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectInputStream;
import java.io.ObjectOutput;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.AbstractCollection;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/** Classes of a program of which one method each misbehaves. */
final class HostileClasses {
  private HostileClasses() {}

  static Integer work(HostileCode code) {
    return code.act(1);
  }

  static int one(Object anything) {
    return 1;
  }

  // ---- stages

  /** Stage of a class of the program. */
  static final class HostileStage extends CompletableFuture<Integer> {
    private final HostileCode code;
    private final String method;

    HostileStage(HostileCode code, String method) {
      this.code = code;
      this.method = method;
    }

    @Override
    public boolean isDone() {
      return method.equals("isDone") ? code.act(false) : super.isDone();
    }

    @Override
    public CompletableFuture<Integer> whenComplete(
        BiConsumer<? super Integer, ? super Throwable> action) {
      boolean hostile = method.equals("whenComplete");
      if (hostile && code.act(this) == null) {
        super.whenComplete(action);
        return null;
      }
      return super.whenComplete(action);
    }

    @Override
    public CompletableFuture<Integer> toCompletableFuture() {
      return method.equals("toCompletableFuture") ? code.act(this) : this;
    }
  }

  static CompletionStage<Integer> stage(HostileCode code, String method) throws IOException {
    code.journal().add("staged");
    return new HostileStage(code, method);
  }

  /** Returns a stage that is completed already. */
  static CompletionStage<Integer> doneStage(HostileCode code, String method) {
    var hostileStage = new HostileStage(code, method);
    hostileStage.complete(1);
    return hostileStage;
  }

  static CompletionStage<Integer> failedStage(HostileCode code, String method) {
    return CompletableFuture.failedFuture(new HostileThrowable(code, method));
  }

  // ---- actors

  /** Actor class of the program. */
  static class HostileActor {
    static HostileActor make(HostileCode code) {
      return code.act(new HostileActor());
    }

    Integer work(HostileCode code) {
      return code.act(1);
    }

    CompletionStage<Integer> stage(HostileCode code, String method) throws IOException {
      return HostileClasses.stage(code, method);
    }

    CompletionStage<Integer> doneStage(HostileCode code, String method) {
      return HostileClasses.doneStage(code, method);
    }

    Integer raise(HostileCode code, String method) {
      throw new HostileThrowable(code, method);
    }

    Object written(HostileCode code) {
      return new WriteHookValue(code);
    }

    int one() {
      return 1;
    }
  }

  /** Actor class with checkpoints. */
  static class HostileCheckpointedActor implements CheckpointedActor<HostileCode> {
    private HostileCode code;
    private String method = "";

    Integer note(HostileCode present, String hostile) {
      code = present;
      method = hostile;
      return 1;
    }

    Integer fail() {
      throw new AssertionError("makes the object unfit");
    }

    int one() {
      return 1;
    }

    @Override
    public HostileCode save() {
      return method.equals("save") ? code.act(code) : code;
    }

    @Override
    public void load(HostileCode state) {
      code = state;
      code.act(code);
    }
  }

  // ---- exceptions

  /** Exception class of the program. */
  static class HostileThrowable extends RuntimeException {
    private final HostileCode code;
    private final String method;

    HostileThrowable(HostileCode code, String method) {
      super("of " + method);
      this.code = code;
      this.method = method;
    }

    private <T> T usual(String present, T usual) {
      return present.equals(method) ? code.act(usual) : usual;
    }

    @Override
    public String getMessage() {
      return usual("getMessage", super.getMessage());
    }

    @Override
    public String toString() {
      return usual("toString", super.toString());
    }

    @Override
    public Throwable getCause() {
      return usual("getCause", super.getCause());
    }

    @Override
    public StackTraceElement[] getStackTrace() {
      return usual("getStackTrace", super.getStackTrace());
    }
  }

  static Integer raise(HostileCode code, String method) {
    throw new HostileThrowable(code, method);
  }

  /** Exception with a hook that runs when it is encoded. */
  static class WriteHookException extends RuntimeException {
    private final HostileCode code;

    WriteHookException(HostileCode code) {
      this.code = code;
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
      code.act(this);
      out.defaultWriteObject();
    }
  }

  static Integer raiseWritten(HostileCode code) {
    throw new WriteHookException(code);
  }

  /** Exception with a hook that runs when it is decoded. */
  static class ReadHookException extends RuntimeException {
    private HostileCode code;

    ReadHookException(HostileCode code) {
      this.code = code;
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
      out.writeObject(code);
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      code = (HostileCode) in.readObject();
      code.act(this);
    }
  }

  static Integer raiseRead(HostileCode code) {
    throw new ReadHookException(code);
  }

  // ---- what is written and read

  /** Value with a hook that runs when it is encoded. */
  static class WriteHookValue implements Serializable {
    private final HostileCode code;

    WriteHookValue(HostileCode code) {
      this.code = code;
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
      code.act(this);
      out.defaultWriteObject();
    }
  }

  static Object written(HostileCode code) {
    return new WriteHookValue(code);
  }

  /** Record that is replaced when it is encoded; its components are immutable. */
  record WriteReplaceRecord(
      String name, FileLatch gate, FileEventLog journal, HostileCode.Kind kind)
      implements Serializable {
    static WriteReplaceRecord of(HostileCode code) {
      return new WriteReplaceRecord("name", code.gate(), code.journal(), code.kind());
    }

    private Object writeReplace() {
      return new HostileCode(kind, gate, journal).act(this);
    }
  }

  /** Value with a hook that runs when it is decoded. */
  static class ReadHookValue implements Serializable {
    private HostileCode code;

    ReadHookValue(HostileCode code) {
      this.code = code;
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
      out.writeObject(code);
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      code = (HostileCode) in.readObject();
      code.act(this);
    }
  }

  static Object read(HostileCode code) {
    return new ReadHookValue(code);
  }

  /** Value that is replaced when it is decoded. */
  static class ReadResolveValue implements Serializable {
    private final HostileCode code;
    private int changing;

    ReadResolveValue(HostileCode code) {
      this.code = code;
    }

    private Object readResolve() {
      changing++;
      return code.act(this);
    }
  }

  static Object resolved(HostileCode code) {
    return new ReadResolveValue(code);
  }

  /** Value that encodes and decodes itself. */
  public static class ExternalizableValue implements Externalizable {
    private HostileCode code;
    private boolean writing;

    /** Creates an empty value, for decoding. */
    public ExternalizableValue() {}

    ExternalizableValue(HostileCode code, boolean writing) {
      this.code = code;
      this.writing = writing;
    }

    @Override
    public void writeExternal(ObjectOutput out) throws IOException {
      if (writing) {
        code.act(this);
      }
      out.writeBoolean(writing);
      out.writeObject(code);
    }

    @Override
    public void readExternal(ObjectInput in) throws IOException, ClassNotFoundException {
      writing = in.readBoolean();
      code = (HostileCode) in.readObject();
      if (!writing) {
        code.act(this);
      }
    }
  }

  /** Record whose constructor also runs when it is decoded. */
  record ValidatingRecord(HostileCode code, int[] changing) {
    ValidatingRecord {
      code.actInCodec(code);
    }
  }

  static Object checked(HostileCode code) {
    return new ValidatingRecord(code, new int[1]);
  }

  /** Key of a map or a set. */
  static class HostileKey implements Comparable<HostileKey> {
    private final HostileCode code;
    private final String method;
    private final int number;

    HostileKey(HostileCode code, String method, int number) {
      this.code = code;
      this.method = method;
      this.number = number;
    }

    private int usual(String present, int usual) {
      return present.equals(method) ? code.actInCodec(usual) : usual;
    }

    @Override
    public int hashCode() {
      return usual("hashCode", 1); // the same for all keys, so that equals is called
    }

    @Override
    public boolean equals(Object other) {
      boolean same = other instanceof HostileKey hostileKey && hostileKey.number == number;
      return method.equals("equals") ? code.actInCodec(same) : same;
    }

    @Override
    public int compareTo(HostileKey other) {
      return usual("compareTo", Integer.compare(number, other.number));
    }
  }

  static Object keyed(HostileCode code, String method) {
    var hostileKeys = List.of(new HostileKey(code, method, 1), new HostileKey(code, method, 2));
    return method.equals("compareTo")
        ? new PriorityQueue<>(hostileKeys)
        : new HashSet<>(hostileKeys);
  }

  // ---- several results

  /** Iterator over two elements, of which one method misbehaves. */
  record HostileIterator(HostileCode code, String method, int[] given)
      implements Iterator<Integer> {
    @Override
    public boolean hasNext() {
      boolean more = given[0] < 2;
      return !more && method.equals("hasNext") ? code.act(more) : more;
    }

    @Override
    public Integer next() {
      given[0]++;
      Integer usual = given[0];
      return usual == 2 && method.equals("next") ? code.act(usual) : usual;
    }
  }

  static Iterator<Integer> elements(HostileCode code, String method) {
    return new HostileIterator(code, method, new int[1]);
  }

  static Stream<Integer> closing(HostileCode code) {
    return Stream.of(1, 2).onClose(() -> code.act(1));
  }

  /** Collection of two elements, of which one method misbehaves. */
  static final class HostileCollection extends AbstractCollection<Integer> {
    private final HostileCode code;
    private final String method;

    HostileCollection(HostileCode code, String method) {
      this.code = code;
      this.method = method;
    }

    @Override
    public int size() {
      return method.equals("size") ? code.act(2) : 2;
    }

    @Override
    public Iterator<Integer> iterator() {
      var usual = List.of(1, 2).iterator();
      return method.equals("iterator") ? code.act(usual) : usual;
    }

    @Override
    public Object[] toArray() {
      return method.equals("toArray") ? code.act(new Object[] {1, 2}) : super.toArray();
    }
  }

  static Collection<Integer> bag(HostileCode code, String method) {
    return new HostileCollection(code, method);
  }

  // ---- functions

  /** Function that is not a lambda. */
  static final class HostileFunction implements Fn0<Integer> {
    private final HostileCode code;
    private final boolean reading;
    private int changing;

    HostileFunction(HostileCode code, boolean reading) {
      this.code = code;
      this.reading = reading;
    }

    @Override
    public Integer apply() {
      return 1;
    }

    private Object writeReplace() {
      return reading ? this : code.act(this);
    }

    private Object readResolve() {
      changing++;
      return reading ? code.act(this) : this;
    }
  }

  // ---- behaviors of Akka

  static Behavior<String> behavior(HostileCode code, String moment) {
    Behavior<String> usual = Behaviors.setup(context -> {
      if (moment.equals("setup")) {
        code.act(1);
      }
      return new HostileBehavior(context, code, moment);
    });
    return moment.equals("factory") ? code.act(usual) : usual;
  }

  /** Behavior that logs each message until it is told to stop. */
  static final class HostileBehavior extends AbstractBehavior<String> {
    private final HostileCode code;
    private final String moment;

    HostileBehavior(ActorContext<String> context, HostileCode code, String moment) {
      super(context);
      this.code = code;
      this.moment = moment;
    }

    @Override
    public Receive<String> createReceive() {
      return newReceiveBuilder()
          .onMessageEquals("stop", Behaviors::stopped)
          .onAnyMessage(message -> {
            Behavior<String> next = moment.equals("message") ? code.act(this) : this;
            code.journal().add("answered");
            return next;
          })
          .onSignal(PostStop.class, stopped -> {
            if (moment.equals("stop")) {
              code.act(1);
            }
            return this;
          })
          .build();
    }
  }
}
