package io.mobula.error;

import org.jspecify.annotations.Nullable;

/**
 * Root of the exceptions of Mobula's core. Unchecked, and sealed: an exhaustive {@code switch} over
 * it is possible. The parameter server has its own root, {@code ParameterServerException}; null
 * arguments are reported with the JDK's exceptions.
 */
public abstract sealed class MobulaException extends RuntimeException
    permits TaskFailedException,
        TaskCancelledException,
        TaskTimeoutException,
        GetTimeoutException,
        WaitInterruptedException,
        UnschedulableException,
        SubmissionRejectedException,
        StoreFullException,
        StoreException,
        TooFewCopiesException,
        TransferFailedException,
        ObjectLostException,
        RefClosedException,
        ForeignRefException,
        CodecException,
        ActorDiedException,
        ActorNameException,
        ActorCheckpointException,
        PendingCallsExceededException,
        DeadlockException,
        NodeLostException,
        PlacementGroupException,
        NoRuntimeException,
        RuntimeClosedException,
        InvalidRequestException,
        SettingsException,
        ClusterException,
        ProcessException {
  private static final long serialVersionUID = 1L;

  MobulaException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
