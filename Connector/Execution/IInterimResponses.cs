using AppProxy.Connector.Http1;

namespace AppProxy.Connector.Execution;

/// <summary>Takes what an app says ahead of its final response (RFC 9110 section 15.2), such as 103 Early Hints.</summary>
internal interface IInterimResponses
{
    void Add(int status, FieldSection fields);
}
