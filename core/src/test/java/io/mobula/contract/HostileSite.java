package io.mobula.contract;

import static io.mobula.contract.ContractTest.LONG;

import akka.actor.typed.ActorRef;
import io.mobula.ActorHandle;
import io.mobula.Fn2;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.ObjectRefStream;
import io.mobula.Resources;
import io.mobula.contract.HostileClasses.Subject;
import io.mobula.error.TaskFailedException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Every place where Mobula calls a program's code: what is called, on which thread, and what comes
 * of it for each kind of misbehaviour. The page {@code docs/user-code.md} is written from this.
 */
enum HostileSite {
  // ---- functions
  TASK(
      "a task's function",
      Thread.SLOT,
      fails("TaskFailedException").nullIs("its value"),
      at -> at.get(
          at.runtime().task(HostileClasses::work, at.code()).maxRetries(0).remote())),
  FUNCTION_WRITTEN(
      "`writeReplace` of a function that is no lambda",
      Thread.CALLER,
      ownCodec(),
      at -> at.get(
          at.runtime().task(new HostileClasses.Function(at.code(), false)).remote())),
  FUNCTION_READ(
      "`readResolve` of a function that is no lambda",
      Thread.SLOT,
      codec(),
      at ->
          at.get(at.runtime().task(new HostileClasses.Function(at.code(), true)).remote())),

  // ---- stages
  TASK_STAGE(
      "`whenComplete` of a stage that a task returns",
      Thread.SLOT,
      fails("TaskFailedException").nullIs("its value"),
      at -> at.get(at.runtime()
          .task(HostileClasses::doneStage, at.code(), "whenComplete")
          .maxRetries(0)
          .remote())),
  TASK_STAGE_DONE(
      "`isDone` of a future that a task returns",
      Thread.SLOT_IF_SENT,
      fails("TaskFailedException"),
      at -> at.get(at.runtime()
          .task(HostileClasses::doneStage, at.code(), "isDone")
          .maxRetries(0)
          .remote())),
  ACTOR_STAGE(
      "`whenComplete` of a stage that an actor's method returns",
      Thread.ACTOR,
      fails("TaskFailedException").nullIs("its value"),
      at -> at.get(
          at.subject().call(Subject::doneStage, at.code(), "whenComplete").remote())),
  STAGE_CANCELLED(
      "`toCompletableFuture` of a stage whose task is cancelled",
      Thread.CALLBACK,
      always("TaskCancelledException"),
      at -> at.cancelStaged(at.runtime()
          .task(HostileClasses::stage, at.code(), "toCompletableFuture")
          .remote())),
  ACTOR_STAGE_CANCELLED(
      "`toCompletableFuture` of a stage whose call is cancelled",
      Thread.CALLBACK,
      always("TaskCancelledException"),
      at -> at.cancelStaged(
          at.subject().call(Subject::stage, at.code(), "toCompletableFuture").remote())),
  STAGE_FAILURE(
      "`getMessage` of what a stage has failed with",
      Thread.SLOT,
      exception(),
      at -> at.get(at.runtime()
          .task(HostileClasses::failedStage, at.code(), "getMessage")
          .maxRetries(0)
          .remote())),

  // ---- actors
  CONSTRUCTOR(
      "an actor's constructor",
      Thread.ACTOR,
      fails("ActorDiedException"),
      at -> at.get(at.runtime()
          .actor(Subject::make, at.code())
          .remote()
          .call(Subject::one)
          .remote())),
  METHOD(
      "an actor's method",
      Thread.ACTOR,
      fails("TaskFailedException").nullIs("its value"),
      at -> at.get(at.subject().call(Subject::work, at.code()).remote())),
  CONCURRENT_METHOD(
      "a method of an actor with `maxConcurrency` above 1",
      Thread.METHODS,
      fails("TaskFailedException").nullIs("its value"),
      at -> at.get(at.runtime()
          .actor(Subject::new)
          .maxConcurrency(2)
          .remote()
          .call(Subject::work, at.code())
          .remote())),
  VIRTUAL_METHOD(
      "a method of a virtual actor",
      Thread.VIRTUAL,
      fails("TaskFailedException").nullIs("its value"),
      at -> at.get(at.runtime()
          .actor(Subject::new)
          .virtual()
          .remote()
          .call(Subject::work, at.code())
          .remote())),

  SAVE(
      "`save` of an actor with a checkpoint for every call",
      Thread.ACTOR,
      fails("ActorCheckpointException"),
      at ->
          at.get(at.saved().call(HostileClasses.Saved::note, at.code(), "save").remote())),
  LOAD(
      "`load` of such an actor that is made again",
      Thread.ACTOR,
      fails("ActorDiedException").nullIs("its value"),
      At::madeAgain),

  // ---- exceptions
  GET_MESSAGE(
      "`getMessage` of an exception", Thread.SLOT, exception(), at -> at.raised("getMessage")),
  TO_STRING("`toString` of an exception", Thread.SLOT, exception(), at -> at.raised("toString")),
  GET_CAUSE("`getCause` of an exception", Thread.SLOT, exception(), at -> at.raised("getCause")),
  GET_STACK_TRACE(
      "`getStackTrace` of an exception",
      Thread.SLOT,
      exception(),
      at -> at.raised("getStackTrace")),
  ACTOR_EXCEPTION(
      "`getMessage` of an exception of an actor's method",
      Thread.ACTOR,
      exception(),
      at -> at.get(at.subject().call(Subject::raise, at.code(), "getMessage").remote())),
  EXCEPTION_WRITTEN(
      "`writeObject` of an exception",
      Thread.SLOT_IF_SENT,
      exception(),
      at -> at.get(at.runtime()
          .task(HostileClasses::raiseWritten, at.code())
          .maxRetries(0)
          .remote())),
  EXCEPTION_READ(
      "`readObject` of an exception",
      Thread.READER_IF_SENT,
      always("TaskFailedException"),
      at -> at.get(
          at.runtime().task(HostileClasses::raiseRead, at.code()).maxRetries(0).remote())),

  // ---- arguments and results
  ARGUMENT_WRITTEN(
      "`writeObject` of an argument",
      Thread.CALLER,
      ownCodec().nullIs("its value"),
      at -> at.passed(new HostileClasses.Written(at.code()))),
  ARGUMENT_WRITES_ITSELF(
      "`writeExternal` of an argument",
      Thread.CALLER,
      ownCodec().nullIs("its value"),
      at -> at.passed(new HostileClasses.External(at.code(), true))),
  ARGUMENT_REPLACED(
      "`writeReplace` of a record",
      Thread.CALLER,
      ownCodec(),
      at -> at.passed(HostileClasses.Replaced.of(at.code()))),
  ARGUMENT_READ(
      "`readObject` of an argument",
      Thread.SLOT,
      codec().nullIs("its value"),
      at -> at.passed(new HostileClasses.Read(at.code()))),
  ARGUMENT_READS_ITSELF(
      "`readExternal` of an argument",
      Thread.SLOT,
      codec().nullIs("its value"),
      at -> at.passed(new HostileClasses.External(at.code(), false))),
  ARGUMENT_RESOLVED(
      "`readResolve` of an argument",
      Thread.SLOT,
      codec(),
      at -> at.passed(new HostileClasses.Resolved(at.code()))),
  RECORD_READ(
      "the constructor of a record that is an argument",
      Thread.SLOT,
      codec().nullIs("its value"),
      at -> at.passed(HostileClasses.checked(at.code()))),
  HASH_CODE(
      "`hashCode` of a key inside an argument",
      Thread.SLOT,
      codec(),
      at -> at.passed(HostileClasses.keyed(at.code(), "hashCode"))),
  EQUALS(
      "`equals` of a key inside an argument",
      Thread.SLOT,
      codec(),
      at -> at.passed(HostileClasses.keyed(at.code(), "equals"))),
  COMPARE_TO(
      "`compareTo` of a key inside an argument",
      Thread.SLOT,
      codec(),
      at -> at.passed(HostileClasses.keyed(at.code(), "compareTo"))),
  METHOD_ARGUMENT_READ(
      "`readObject` of an argument of an actor's method",
      Thread.ACTOR,
      codec().nullIs("its value"),
      at -> at.get(at.subject()
          .call(
              (Subject subject, Object passed) -> subject.one(), new HostileClasses.Read(at.code()))
          .remote())),
  RESULT_WRITTEN(
      "`writeObject` of a result",
      Thread.SLOT,
      codec().nullIs("its value"),
      at -> at.get(
          at.runtime().task(HostileClasses::written, at.code()).maxRetries(0).remote())),
  METHOD_RESULT_WRITTEN(
      "`writeObject` of a result of an actor's method",
      Thread.ACTOR,
      codec().nullIs("its value"),
      at -> at.get(at.subject().call(Subject::written, at.code()).remote())),
  RESULT_READ(
      "`readObject` of a result",
      Thread.READER,
      ownCodec().nullIs("its value"),
      at -> at.get(at.runtime().task(HostileClasses::read, at.code()).remote())),

  // ---- several results
  HAS_NEXT(
      "`hasNext` of the iterator of a streaming task",
      Thread.SLOT,
      fails("TaskFailedException").blockedIs("its value"),
      at -> at.last(at.runtime()
          .remoteIterator(at.runtime().task(HostileClasses::elements, at.code(), "hasNext")))),
  NEXT(
      "`next` of the iterator of a streaming task",
      Thread.SLOT,
      fails("TaskFailedException").blockedIs("its value").nullIs("its value"),
      at -> at.last(at.runtime()
          .remoteIterator(at.runtime().task(HostileClasses::elements, at.code(), "next")))),
  STREAM_CLOSE(
      "`close` of the stream of a streaming task",
      Thread.SLOT,
      fails("TaskFailedException").blockedIs("its value").nullIs("its value"),
      at -> at.last(
          at.runtime().remoteStream(at.runtime().task(HostileClasses::closing, at.code())))),
  TO_ARRAY(
      "`toArray` of the collection of a task with several results",
      Thread.SLOT,
      fails("TaskFailedException"),
      at -> at.firstOf(HostileClasses::bag, "toArray")),
  SIZE(
      "`size` of the collection of a task with several results",
      Thread.SLOT,
      fails("TaskFailedException"),
      at -> at.firstOf(HostileClasses::bag, "size")),

  // ---- what is attached
  CALLBACK(
      "what is attached to `toCompletableFuture` of a ref",
      Thread.CALLBACK,
      always("ExecutionException").nullIs("its value").blockedIs("its value"),
      at -> at.attached(at.runtime().task(() -> 1).remote())),

  // ---- behaviors of Akka
  BEHAVIOR_FACTORY("a `BehaviorFactory`", Thread.FACTORY, spawning(), at -> at.spawned("factory")),
  BEHAVIOR_SETUP(
      "`Behaviors.setup` of a spawned behavior",
      Thread.BEHAVIOR,
      always("it stops").nullIs("its value").blockedIs("its value"),
      at -> at.spawned("setup")),
  BEHAVIOR_MESSAGE(
      "a spawned behavior that handles a message",
      Thread.BEHAVIOR,
      always("it stops").nullIs("its value").blockedIs("its value"),
      at -> at.spawned("message")),
  BEHAVIOR_STOPS(
      "`PostStop` of a spawned behavior",
      Thread.BEHAVIOR,
      always("its value"),
      at -> at.spawned("stop"));

  /** Where it is called. */
  enum Thread {
    SLOT("the task's slot", true),
    SLOT_IF_SENT("the task's slot, where its outcome goes to another process", true),
    ACTOR("the actor's dispatcher", true),
    METHODS("`mobula-actor`", true),
    VIRTUAL("a virtual thread", true),
    CALLER("who submits", false),
    READER("who calls `get`", false),
    READER_IF_SENT("who calls `get`, if the failure is of another process", false),
    CALLBACK("`mobula-callback`", false),
    FACTORY("`mobula-actor`", false),
    BEHAVIOR("the dispatcher of actors", false);

    final String text;
    final boolean cancellable; // by cancelling the ref

    Thread(String text, boolean cancellable) {
      this.text = text;
      this.cancellable = cancellable;
    }
  }

  /**
   * What comes of each kind, in the words of the page: the simple name of what is thrown, or
   * {@code its value}.
   */
  record Outcomes(
      List<String> thrown,
      List<String> blocked,
      List<String> recursed,
      List<String> exhausted,
      List<String> gaveNull) {

    Outcomes nullIs(String... outcome) {
      return new Outcomes(thrown, blocked, recursed, exhausted, List.of(outcome));
    }

    Outcomes blockedIs(String... outcome) {
      return new Outcomes(thrown, List.of(outcome), recursed, exhausted, gaveNull);
    }

    Outcomes exhaustedIs(String... outcome) {
      return new Outcomes(thrown, blocked, recursed, List.of(outcome), gaveNull);
    }

    List<String> of(HostileCode.Kind kind) {
      return switch (kind) {
        case THROWS -> thrown;
        case BLOCKS -> blocked;
        case RECURSES -> recursed;
        case EXHAUSTS -> exhausted;
        case GIVES_NULL -> gaveNull;
      };
    }
  }

  /** The outcome of a behavior that ends. */
  private static final String STOPS = "it stops";

  private static Outcomes always(String outcome) {
    var only = List.of(outcome);
    return new Outcomes(only, only, only, only, only);
  }

  private static Outcomes fails(String outcome) {
    return always(outcome).blockedIs("TaskCancelledException");
  }

  private static Outcomes exception() {
    return always("TaskFailedException").blockedIs("TaskCancelledException");
  }

  /** Of a hook that runs where work runs. */
  private static Outcomes codec() {
    return always("CodecException")
        .blockedIs("TaskCancelledException")
        .exhaustedIs("TaskFailedException");
  }

  /** Of a hook that runs in the thread of whoever submits or reads. */
  private static Outcomes ownCodec() {
    return always("CodecException").blockedIs("its value").exhaustedIs("OutOfMemoryError");
  }

  private static Outcomes spawning() {
    return always("ExecutionException").blockedIs("its value");
  }

  /** Has it called, and gives or throws what comes of it. */
  @FunctionalInterface
  interface Call {
    Object run(At at) throws Throwable;
  }

  /** The outcome of a call that ends as if its code were not hostile. */
  static final String VALUE = "its value";

  final String what;
  final Thread thread;
  final Outcomes outcomes;
  final Call call;
  final boolean isOfCluster;

  HostileSite(String what, Thread thread, Outcomes outcomes, Call call) {
    this.what = what;
    this.thread = thread;
    this.outcomes = outcomes;
    this.call = call;
    this.isOfCluster = thread == Thread.SLOT_IF_SENT || thread == Thread.READER_IF_SENT;
  }

  /** One call of it. */
  static final class At {
    private final MobulaRuntime runtime;
    private final HostileCode code;
    private final AtomicReference<Runnable> cancel = new AtomicReference<>();

    At(MobulaRuntime runtime, HostileCode code) {
      this.runtime = runtime;
      this.code = code;
    }

    MobulaRuntime runtime() {
      return runtime;
    }

    HostileCode code() {
      return code;
    }

    /** Cancels what has been called. */
    void cancel() {
      cancel.get().run();
    }

    Object get(ObjectRef<?> of) {
      cancel.set(of::cancel);
      return of.get(LONG);
    }

    ActorHandle<Subject> subject() {
      return runtime.actor(Subject::new).maxRestarts(1).remote();
    }

    ActorHandle<HostileClasses.Saved> saved() {
      return runtime
          .actor(HostileClasses.Saved::new)
          .maxRestarts(1)
          .checkpointEvery(1)
          .remote();
    }

    Object madeAgain() {
      var actor = saved();
      actor.call(HostileClasses.Saved::note, code, "load").remote().get(LONG);
      var failed = actor.call(HostileClasses.Saved::fail).remote();
      var next = actor.call(HostileClasses.Saved::one).remote();
      cancel.set(next::cancel);
      try {
        failed.get(LONG);
      } catch (TaskFailedException expected) {
        // it makes the object unfit, as is wanted
      }
      return next.get(LONG);
    }

    Object raised(String method) {
      return get(runtime.task(HostileClasses::raise, code, method).maxRetries(0).remote());
    }

    Object passed(Object argument) {
      return get(runtime.task(HostileClasses::one, argument).maxRetries(0).remote());
    }

    Object cancelStaged(ObjectRef<?> of) throws Exception {
      code.journal().await("staged", 1);
      of.cancel();
      return of.get(LONG);
    }

    Object last(ObjectRefStream<?> stream) {
      cancel.set(stream::close);
      var refs = new ArrayList<ObjectRef<?>>();
      stream.forEach(refs::add);
      refs.forEach(each -> each.get(LONG));
      return refs.size();
    }

    Object firstOf(Fn2<HostileCode, String, Collection<Integer>> of, String method) {
      return get(
          runtime.remoteMany(runtime.task(of, code, method).maxRetries(0), 2).getFirst());
    }

    Object attached(ObjectRef<Integer> of) throws Exception {
      return of.toCompletableFuture().thenApply(code::act).get(LONG.toSeconds(), TimeUnit.SECONDS);
    }

    /** Whether it has answered or stopped: then its resources come back. */
    Object spawned(String moment) throws Exception {
      var hostile = code;
      ActorRef<String> actor = runtime
          .spawn(
              () -> HostileClasses.behavior(hostile, moment),
              "hostile",
              Resources.none().cpus(1))
          .toCompletableFuture()
          .get(LONG.toSeconds(), TimeUnit.SECONDS);
      actor.tell("answer");
      var total = runtime.totalResources().amount(Resources.CPU);
      Eventually.until(
          "it has answered or stopped",
          () -> code.journal().count("answered") > 0
              || runtime.availableResources().amount(Resources.CPU) == total);
      if (code.journal().count("answered") == 0) {
        return STOPS;
      }
      actor.tell("stop");
      return VALUE;
    }
  }
}
