namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Checks who is assigned to an app.</summary>
internal static class AssignmentsReader
{
    private const int LongestId = 128;

    public static EquatableList<AppRoleAssignment> Read(List<AppRoleAssignmentDocument>? documents, string path, Findings findings)
    {
        var found = new List<AppRoleAssignment>();
        var seen = new HashSet<(string, string)>();
        for (var index = 0; index < (documents?.Count ?? 0); index++)
        {
            var place = $"{path}[{index}]";
            if (documents![index] is not { } document)
            {
                findings.Problem(place, "must be an object, { … }");
            }
            else if (Read(document, place, findings) is { } assignment)
            {
                if (!seen.Add((assignment.PrincipalId, assignment.AppRoleId)))
                {
                    findings.Problem(place + ".principalId", $"'{assignment.PrincipalId}' is assigned already: keep one");
                }

                found.Add(assignment);
            }
        }

        return new EquatableList<AppRoleAssignment>(found.OrderBy(static assignment => assignment.PrincipalId, StringComparer.Ordinal).ThenBy(static assignment => assignment.AppRoleId, StringComparer.Ordinal));
    }

    private static AppRoleAssignment? Read(AppRoleAssignmentDocument document, string path, Findings findings)
    {
        var roleId = document.AppRoleId ?? AppRoleAssignment.DefaultAccess;
        if (string.IsNullOrWhiteSpace(document.PrincipalId) || document.PrincipalId.Length > LongestId)
        {
            findings.Problem(path + ".principalId", $"must be the id of a user or group, {LongestId} characters at most");
        }

        if (roleId.Length is 0 or > LongestId)
        {
            findings.Problem(path + ".appRoleId", $"must be the id of a role, {LongestId} characters at most; leave it out where there are none");
        }

        var names = Enum.GetNames<PrincipalType>();
        if (document.PrincipalType is not { } type || !names.Contains(type, StringComparer.Ordinal))
        {
            findings.Problem(path + ".principalType", $"must be one of {string.Join(", ", names)}.{ClosestName.Suggest(document.PrincipalType ?? "", names)}");
            return null;
        }

        return document.PrincipalId is { } id ? new AppRoleAssignment(id, Enum.Parse<PrincipalType>(type), roleId, document.PrincipalDisplayName) : null;
    }
}
